//! One who asks a server through the library, and hears all that becomes of it.

use std::sync::Arc;
use std::time::{Duration, Instant};

use pelicycle_provider::{
    ConfigurationSource, Provider as _, ReplyEventKind, ReplyMetadata, ReplyRequest, RequestEnd,
    ServiceModel, Services, Variable, VariableLookup,
};
use pelicycle_record::{Outcome, RequestRecord, ServiceRecord};
use pelicycle_testkit::loopback::{KEY, ScriptedServer};

/// The reply to a request, with its times.
#[derive(Debug, Default)]
pub(crate) struct ReceivedReply {
    pub(crate) text: String,
    pub(crate) reasoning: String,
    pub(crate) account: ReplyMetadata,
    pub(crate) done: Option<RequestEnd>,
    /// Times that the request was sent.
    pub(crate) sent: usize,
    /// When each piece of text came, after the request was last sent.
    pub(crate) pieces: Vec<(Duration, String)>,
    pub(crate) body: Vec<u8>,
}

impl ReceivedReply {
    pub(crate) fn outcome(&self) -> Outcome {
        self.done.as_ref().unwrap().outcome
    }

    pub(crate) fn error(&self) -> &str {
        self.done.as_ref().unwrap().error.as_deref().unwrap_or_default()
    }

    pub(crate) fn service(&self) -> &ServiceRecord {
        self.account.service.as_ref().unwrap()
    }

    pub(crate) fn remarks(&self) -> Vec<&str> {
        self.service().remarks.iter().map(|remark| remark.code.as_str()).collect()
    }
}

/// The services that `[providers]` tells of, with [`KEY`] in the variable `TEST_KEY`.
pub(crate) fn services(providers: &str) -> Services {
    services_with(
        providers,
        Arc::new(|name: &str| (name == "TEST_KEY").then(|| Variable::of_environment(KEY.to_owned()))),
    )
}

/// The services that the user's own `[providers]` tells of.
pub(crate) fn services_with(providers: &str, variables: VariableLookup) -> Services {
    let own = ConfigurationSource { name: "test.toml".to_owned(), own: true };
    Services::new(variables).changed(&toml::from_str(providers).unwrap(), &own).unwrap()
}

/// A model `m` of a server that speaks this dialect; patience is short, as far as `more` does not say otherwise.
pub(crate) fn remote(server: &ScriptedServer, dialect: &str, more: &str) -> ServiceModel {
    let patience = |key: &str, value: &str| match more.contains(key) {
        true => String::new(),
        false => format!("{key} = {value}\n"),
    };
    let providers = format!(
        "[test]\ndialect = \"{dialect}\"\nbase_url = \"{}\"\nkey_env = [\"TEST_KEY\"]\n{}{}{}{more}\n",
        server.url(""),
        patience("first_seconds", "5"),
        patience("idle_seconds", "5"),
        patience("backoff_seconds", "0.02"),
    );
    services(&providers).model("test", "m").unwrap()
}

/// Asks and hears all of it.
pub(crate) fn ask(remote: &ServiceModel) -> ReceivedReply {
    ask_with(remote, RequestRecord::default())
}

/// Asks with these settings and hears all of it.
pub(crate) fn ask_with(remote: &ServiceModel, settings: RequestRecord) -> ReceivedReply {
    ask_all(remote, request("Draw a pelican.", settings))
}

/// Sends a request and hears all of it.
pub(crate) fn ask_all(remote: &ServiceModel, request: ReplyRequest) -> ReceivedReply {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(hear_all(remote, request))
}

pub(crate) async fn hear(remote: &ServiceModel, settings: RequestRecord) -> ReceivedReply {
    hear_of(remote, "Draw a pelican.", settings).await
}

pub(crate) async fn hear_of(remote: &ServiceModel, prompt: &str, settings: RequestRecord) -> ReceivedReply {
    hear_all(remote, request(prompt, settings)).await
}

/// A request without pictures.
pub(crate) fn request(prompt: &str, settings: RequestRecord) -> ReplyRequest {
    ReplyRequest {
        prompt_id: "pelican".to_owned(),
        earlier: Vec::new(),
        prompt: prompt.to_owned(),
        pictures: Vec::new(),
        sample: 1,
        settings,
    }
}

/// Hears all that becomes of a request.
pub(crate) async fn hear_all(remote: &ServiceModel, request: ReplyRequest) -> ReceivedReply {
    let mut stream = remote.ask(request);
    let mut heard = ReceivedReply::default();
    let mut begin = Instant::now();
    while let Some(event) = stream.recv().await {
        assert!(heard.done.is_none(), "nothing follows the end");
        match event.kind {
            ReplyEventKind::Sent(sent) => {
                assert!(heard.text.is_empty(), "a reply is not begun twice");
                heard.sent += 1;
                begin = event.at;
                heard.body = sent.body.unwrap();
            }
            ReplyEventKind::Delta(delta) => {
                if delta.answer_was_reasoning {
                    heard.reasoning.push_str(&std::mem::take(&mut heard.text));
                }
                heard.text.push_str(&delta.text);
                heard.reasoning.push_str(&delta.reasoning);
                heard.pieces.push((event.at - begin, delta.text));
            }
            ReplyEventKind::Metadata(account) => heard.account = *account,
            ReplyEventKind::End(done) => heard.done = Some(done),
        }
    }
    heard
}
