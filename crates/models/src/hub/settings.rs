//! The settings by which the hub is reached, by the variables that its own library reads.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::time::Duration;

use pelicycle_net::{BackoffPolicy, shown};
use pelicycle_text::plain_file;
use reqwest::Url;
use reqwest::header::HeaderValue;

use super::error::HubError;
use crate::ModelFolders;

/// The hub when `HF_ENDPOINT` names no other.
const ENDPOINT: &str = "https://huggingface.co";

/// The settings of the hub: its address, the token of the one who asks, the folder that files go to.
#[derive(Debug, Clone)]
pub struct HubSettings {
    /// `https://huggingface.co`, or a mirror's address.
    pub endpoint: Url,
    /// The person's token; none asks without a name.
    pub token: Option<HubToken>,
    /// The cache's folder.
    pub cache: PathBuf,
    /// Whether nothing may be asked.
    pub offline: bool,
    /// The ways of fetching.
    pub tuning: TransferTuning,
}

/// The ways of fetching: how much at a time, and with how much patience.
#[derive(Debug, Clone)]
pub struct TransferTuning {
    /// The number of requests for ranges of a file at the same time.
    pub connections: usize,
    /// The bytes of a range. As many for each connection may wait in memory for those before them.
    pub piece: u64,
    /// The rules by which a request that fails for a passing reason is sent again, counted without a byte in between.
    pub backoff: BackoffPolicy,
    /// The longest silence of a server.
    pub idle: Duration,
}

impl Default for TransferTuning {
    fn default() -> TransferTuning {
        TransferTuning {
            connections: 8,
            piece: 8 << 20,
            backoff: BackoffPolicy {
                retries: 5,
                first: Duration::from_millis(500),
                longest: Duration::from_secs(30),
                longest_asked: Duration::from_secs(300),
            },
            idle: Duration::from_secs(30),
        }
    }
}

/// A token, as the header that carries it. It never shows in what is printed.
#[derive(Clone, PartialEq, Eq)]
pub struct HubToken(HeaderValue);

impl HubToken {
    /// Takes a token.
    ///
    /// # Errors
    /// When it can't be a token: it has characters that no header carries.
    pub fn new(token: &str) -> Result<HubToken, HubError> {
        let mut header =
            HeaderValue::from_str(&format!("Bearer {}", token.trim())).map_err(|_| HubError::Token)?;
        header.set_sensitive(true);
        Ok(HubToken(header))
    }

    pub(super) fn header(&self) -> HeaderValue {
        self.0.clone()
    }
}

impl std::fmt::Debug for HubToken {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Token(..)")
    }
}

impl HubSettings {
    /// The settings in this process's environment.
    ///
    /// # Errors
    /// When there is no folder for the cache, or the address or the token is none.
    pub fn of_environment() -> Result<HubSettings, HubError> {
        HubSettings::of(std::env::home_dir().as_deref(), &|name| std::env::var_os(name))
    }

    fn of(home: Option<&Path>, variable: &dyn Fn(&str) -> Option<OsString>) -> Result<HubSettings, HubError> {
        let text = |name: &str| {
            let value = variable(name)?.into_string().ok()?.trim().to_owned();
            (!value.is_empty()).then_some(value)
        };
        let is_on = |name: &str| {
            text(name).is_some_and(|value| {
                matches!(value.to_ascii_lowercase().as_str(), "1" | "on" | "yes" | "true")
            })
        };
        let endpoint = text("HF_ENDPOINT").unwrap_or_else(|| ENDPOINT.to_owned());
        Ok(HubSettings {
            endpoint: address(&endpoint)?,
            token: token(home, variable, &text, is_on("HF_HUB_DISABLE_IMPLICIT_TOKEN"))?,
            cache: ModelFolders::hub_cache(home, variable).ok_or(HubError::NoHome)?,
            offline: is_on("HF_HUB_OFFLINE"),
            tuning: TransferTuning::default(),
        })
    }
}

fn address(endpoint: &str) -> Result<Url, HubError> {
    let fail = |why: &str| HubError::Endpoint { endpoint: endpoint.to_owned(), why: why.to_owned() };
    let url = Url::parse(endpoint).map_err(|error| fail(&error.to_string()))?;
    if !matches!(url.scheme(), "https" | "http") || url.host_str().is_none() {
        return Err(fail("it must begin with https:// or http://"));
    }
    if !url.username().is_empty() || url.password().is_some() || url.query().is_some() {
        return Err(HubError::Endpoint {
            // What was typed may hold a secret.
            endpoint: shown(&url),
            why: "it must have no user, password or query".to_owned(),
        });
    }
    Ok(url)
}

/// `HF_TOKEN`, else what the hub's own program left when somebody logged in.
fn token(
    home: Option<&Path>,
    variable: &dyn Fn(&str) -> Option<OsString>,
    text: &dyn Fn(&str) -> Option<String>,
    only_explicit: bool,
) -> Result<Option<HubToken>, HubError> {
    if only_explicit {
        return Ok(None);
    }
    if let Some(token) = text("HF_TOKEN") {
        return HubToken::new(&token).map(Some);
    }
    let path = match text("HF_TOKEN_PATH") {
        Some(path) => Some(PathBuf::from(path)),
        None => ModelFolders::hub_home(home, variable).map(|home| home.join("token")),
    };
    match path.and_then(|path| plain_file::text_followed(&path, 1 << 16).ok()) {
        Some(token) if !token.trim().is_empty() => HubToken::new(&token).map(Some),
        _ => Ok(None),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settings(variables: &[(&str, &str)]) -> Result<HubSettings, HubError> {
        let variable = |name: &str| {
            variables.iter().find(|(known, _)| *known == name).map(|(_, value)| OsString::from(value))
        };
        HubSettings::of(Some(Path::new("/nowhere")), &variable)
    }

    #[test]
    fn the_hubs_own_variables_are_heeded() {
        let plain = settings(&[]).unwrap();
        assert_eq!(plain.endpoint.as_str(), "https://huggingface.co/");
        assert_eq!((plain.token, plain.offline), (None, false));
        let set = settings(&[
            ("HF_ENDPOINT", "http://127.0.0.1:1/hf/"),
            ("HF_TOKEN", " hf_x \n"),
            ("HF_HUB_CACHE", "/c"),
            ("HF_HUB_OFFLINE", "True"),
        ]);
        let set = set.unwrap();
        assert_eq!((set.endpoint.as_str(), set.cache), ("http://127.0.0.1:1/hf/", PathBuf::from("/c")));
        assert_eq!((set.token, set.offline), (Some(HubToken::new("hf_x").unwrap()), true));
    }

    #[test]
    fn a_stored_token_is_read_unless_that_is_switched_off() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("token"), "hf_stored\n").unwrap();
        let home = folder.path().to_str().unwrap();
        let file = folder.path().join("token");
        let stored = Some(HubToken::new("hf_stored").unwrap());
        assert_eq!(settings(&[("HF_HOME", home)]).unwrap().token, stored);
        assert_eq!(settings(&[("HF_TOKEN_PATH", file.to_str().unwrap())]).unwrap().token, stored);
        let off = [("HF_HOME", home), ("HF_TOKEN", "x"), ("HF_HUB_DISABLE_IMPLICIT_TOKEN", "1")];
        assert_eq!(settings(&off).unwrap().token, None);
    }

    #[test]
    fn no_error_and_no_debug_output_shows_a_secret() {
        for endpoint in ["ftp://x", "huggingface.co", "https://me:secret@h"] {
            let error = settings(&[("HF_ENDPOINT", endpoint)]).unwrap_err().to_string();
            assert!(error.contains("HF_ENDPOINT") && !error.contains("secret"), "{error}");
        }
        let error = settings(&[("HF_TOKEN", "sec\nret")]).unwrap_err();
        assert!(!format!("{error} {error:?}").contains("ret\""), "{error}");
        assert!(!format!("{:?}", settings(&[("HF_TOKEN", "hf_secret")])).contains("secret"));
    }
}
