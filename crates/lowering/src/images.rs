//! Pictures in a drawing that are SVG themselves. A browser draws one on a canvas as large as the `image`: what it says of its own
//! proportions decides, and what the `image` says does not, unless that is `none`. The renderer goes by the `image`.

use roxmltree::Document;

use super::tree::Tree;
use super::view_box::view_box;

/// Proportions where nothing is said of them.
const USUAL: &str = "xMidYMid meet";

/// Writes the proportions of embedded SVG where the renderer looks for them.
pub(super) fn lower(tree: &mut Tree) {
    for element in 0..tree.len() {
        let image = &tree[element];
        let said = image.markup("preserveAspectRatio").unwrap_or_default().trim().to_owned();
        if image.name != "image" || said.starts_with("none") {
            continue;
        }
        let Some(own) = image.href().and_then(proportions) else { continue };
        let said = if said.is_empty() { USUAL } else { &said };
        if own != said {
            tree[element].set("preserveAspectRatio", own);
        }
    }
}

/// The proportions that an SVG in a data address keeps; `None` where it is none, or has neither a size nor a `viewBox`.
fn proportions(address: &str) -> Option<String> {
    let data = data_url::DataUrl::process(address).ok()?;
    if data.mime_type().type_ != "image" || !data.mime_type().subtype.starts_with("svg") {
        return None;
    }
    let (data, _) = data.decode_to_vec().ok()?;
    let tag = root(std::str::from_utf8(&data).ok()?)?;
    let document = Document::parse(&tag).ok()?;
    let root = document.root_element();
    if root.attribute("viewBox").is_some_and(|said| view_box(said).is_some()) {
        return Some(root.attribute("preserveAspectRatio").unwrap_or(USUAL).trim().to_owned());
    }
    let sized =
        ["width", "height"].iter().all(|side| root.attribute(*side).is_some_and(|said| !said.contains('%')));
    sized.then(|| "none".to_owned())
}

/// The tag of the root, closed.
fn root(text: &str) -> Option<String> {
    let text = &text[text.find("<svg")?..];
    let mut quote = None;
    let end = text.find(|c| {
        match quote {
            Some(open) if c == open => quote = None,
            None if matches!(c, '"' | '\'') => quote = Some(c),
            None => return c == '>',
            Some(_) => {}
        }
        false
    })?;
    Some(format!("{}/>", text[..end].trim_end_matches('/')))
}
