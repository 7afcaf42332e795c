//! The `[site]` table of pelicycle.toml, held to what pages can show.

use std::path::Path;

use pelicycle_prompt::PromptLibrary;
use pelicycle_record::name;
use pelicycle_run::{CONFIG_FILE, Config, SiteLab, SiteSection};
use pelicycle_site::{LabEntry, OwnMakers, SiteSettings, is_colour, is_logo};
use pelicycle_text::{did_you_mean, near, plain_file};

use super::error::usage;
use super::output::say_error;

/// The longest logo, in bytes.
const LONGEST_LOGO: u64 = 200 << 10;

/// The site's description of itself, ready for its pages.
///
/// # Errors
/// A colour, an address, a language or a logo that is none.
pub(super) fn settings(site: &SiteSection) -> anyhow::Result<SiteSettings> {
    check(site)?;
    let logo = site.logo.as_ref().map(|path| {
        let path_words = path.display();
        match plain_file::read(path, LONGEST_LOGO) {
            Ok(png) if is_logo(&png) => Ok(png),
            Ok(_) => mistake(&format!("site.logo: {path_words} is not a whole PNG")),
            Err(error) => mistake(&format!("site.logo: can't read {path_words}: {error}")),
        }
    });
    Ok(SiteSettings {
        title: site.title.clone(),
        description: site.description.clone(),
        author: site.author.clone(),
        link: site.link.clone(),
        logo: logo.transpose()?,
        accent: site.accent.clone(),
        language: site.language.clone(),
        footer: site.footer.clone(),
        lead: site.lead.clone(),
        makers: makers(site),
    })
}

/// Tells of prompts that are to hang first and that there are not: neither to be asked nor in the results.
pub(super) fn tell_unknown_leads(config: &Config, library: &PromptLibrary, results: &Path) {
    let kept = |id: &str| name::fault(id).is_none() && results.join(id).is_dir();
    for id in config.site.lead.iter().filter(|id| !kept(id) && library.get(id).is_err()) {
        let place = config.place_of("site.lead", id);
        let meant = did_you_mean(&near(id, library.iter().map(|prompt| prompt.id.as_str())));
        say_error(&format!("warning: {place}: site.lead names {id:?}, and there is no such prompt{meant}"));
    }
}

/// Ends the command for what the file says.
fn mistake<T>(words: &str) -> anyhow::Result<T> {
    usage(&format!("{CONFIG_FILE}: {words}"))
}

fn check(site: &SiteSection) -> anyhow::Result<()> {
    let labs = site.labs.iter().map(|(name, lab)| (format!("site.labs.{name}.colour"), &lab.colour));
    for (key, colour) in site.accent.iter().map(|accent| ("site.accent".to_owned(), accent)).chain(labs) {
        if !is_colour(colour) {
            return mistake(&format!("{key} must be a colour such as \"#e8731a\", not {colour:?}"));
        }
    }
    if let Some(link) = &site.link {
        let clean = !link.chars().any(|c| c.is_whitespace() || c.is_control() || "\"'<>".contains(c));
        if !clean || !(link.starts_with("https://") || link.starts_with("http://")) {
            return mistake(&format!("site.link must be an address that begins with https://, not {link:?}"));
        }
    }
    if let Some(language) = &site.language {
        let tag = language.split('-').all(|part| {
            (1..=8).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_alphanumeric())
        });
        if !tag {
            return mistake(&format!("site.language must be a language such as \"de\", not {language:?}"));
        }
    }
    Ok(())
}

fn makers(site: &SiteSection) -> OwnMakers {
    let lab = |(name, lab): (&String, &SiteLab)| LabEntry {
        name: name.clone(),
        colour: lab.colour.clone(),
        models: lab.models.iter().map(|name| name.to_lowercase()).collect(),
        anywhere: Vec::new(),
        owners: lab.owners.iter().map(|name| name.to_lowercase()).collect(),
    };
    let said = |name: &String| Some(name.clone()).filter(|name| !name.is_empty());
    let models = || site.models.iter();
    OwnMakers {
        labs: site.labs.iter().map(lab).collect(),
        lab_of: models()
            .filter_map(|(name, model)| Some((name.clone(), said(model.lab.as_ref()?))))
            .collect(),
        released: models().filter_map(|(name, model)| Some((name.clone(), model.released?))).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(site: &SiteSection) -> String {
        settings(site).unwrap_err().to_string()
    }

    #[test]
    fn what_pages_cannot_show_is_an_error_that_names_its_key() {
        let some = |text: &str| Some(text.to_owned());
        for accent in ["red", "#12345", "#12345g", "#fff; } body { display: none"] {
            assert!(
                told(&SiteSection { accent: some(accent), ..SiteSection::default() }).contains("site.accent")
            );
        }
        for link in ["javascript:alert(1)", "example.org", "https://a\"onclick=b", "https://a b"] {
            assert!(told(&SiteSection { link: some(link), ..SiteSection::default() }).contains("site.link"));
        }
        for language in ["", "d\"e", "deutschland"] {
            assert!(
                told(&SiteSection { language: some(language), ..SiteSection::default() })
                    .contains("site.language")
            );
        }
        let lab = SiteLab { colour: "blue".to_owned(), ..SiteLab::default() };
        let site = SiteSection { labs: [("L".to_owned(), lab)].into(), ..SiteSection::default() };
        assert!(told(&site).contains("site.labs.L.colour"));

        let folder = tempfile::tempdir().unwrap();
        let logo = folder.path().join("logo.png");
        let with = || SiteSection { logo: Some(logo.clone()), ..SiteSection::default() };
        assert!(told(&with()).contains("site.logo"), "there is none");
        std::fs::write(&logo, "<svg/>").unwrap();
        assert!(told(&with()).contains("not a whole PNG"));
    }

    #[test]
    fn an_empty_lab_says_that_it_is_not_known() {
        let model =
            |lab: Option<&str>| pelicycle_run::SiteModel { lab: lab.map(str::to_owned), released: None };
        let models =
            [("a", Some("")), ("b", Some("B")), ("c", None)].map(|(name, lab)| (name.to_owned(), model(lab)));
        let makers = makers(&SiteSection { models: models.into(), ..SiteSection::default() });
        assert_eq!(makers.lab_of, [("a".to_owned(), None), ("b".to_owned(), Some("B".to_owned()))].into());
    }
}
