//! What `[site]` of pelicycle.toml says of a gallery, held to what pages can show.

use anyhow::{Context as _, bail, ensure};
use pelicycle_run::{CONFIG_FILE, Config, SiteLab, SiteSection};
use pelicycle_site::{LabEntry, OwnMakers, SiteSettings, is_colour, is_logo};
use pelicycle_text::plain_file;

/// The longest logo, in bytes.
const LONGEST_LOGO: u64 = 200 << 10;

/// What the site says of itself.
///
/// # Errors
/// A colour, an address, a language or a logo that is none.
pub(super) fn settings(config: &Config) -> anyhow::Result<SiteSettings> {
    let site = &config.site;
    check(site)?;
    let logo = site.logo.as_ref().map(|path| {
        let png = plain_file::read(path, LONGEST_LOGO)
            .with_context(|| format!("{CONFIG_FILE}: site.logo: can't read {}", path.display()))?;
        ensure!(is_logo(&png), "{CONFIG_FILE}: site.logo: {} is not a whole PNG", path.display());
        Ok(png)
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

fn check(site: &SiteSection) -> anyhow::Result<()> {
    let labs = site.labs.iter().map(|(name, lab)| (format!("site.labs.{name}.colour"), &lab.colour));
    for (key, colour) in site.accent.iter().map(|accent| ("site.accent".to_owned(), accent)).chain(labs) {
        ensure!(
            is_colour(colour),
            "{CONFIG_FILE}: {key} must be a colour such as \"#e8731a\", not {colour:?}"
        );
    }
    if let Some(link) = &site.link {
        let clean = !link.chars().any(|c| c.is_whitespace() || c.is_control() || "\"'<>".contains(c));
        if !clean || !(link.starts_with("https://") || link.starts_with("http://")) {
            bail!("{CONFIG_FILE}: site.link must be an address that begins with https://, not {link:?}");
        }
    }
    if let Some(language) = &site.language {
        let tag = language.split('-').all(|part| {
            (1..=8).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_alphanumeric())
        });
        ensure!(tag, "{CONFIG_FILE}: site.language must be a language such as \"de\", not {language:?}");
    }
    Ok(())
}

fn makers(site: &SiteSection) -> OwnMakers {
    let lab = |(name, lab): (&String, &SiteLab)| LabEntry {
        name: name.clone(),
        colour: lab.colour.clone(),
        models: lab.models.clone(),
        anywhere: Vec::new(),
        owners: lab.owners.clone(),
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
