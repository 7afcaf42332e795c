//! Pictures in a drawing that are SVG themselves. A browser draws one on a canvas as large as the `image`: what it says of its own
//! proportions decides, and what the `image` says does not, unless that is `none`. The renderer goes by the `image`.

use roxmltree::{Document, ParsingOptions};

use super::embedded;
use super::numbers::{self, written};
use super::patterns;
use super::tree::{Element, Tree};
use super::view_box::view_box;

/// Proportions where nothing is said of them.
const USUAL: &str = "xMidYMid meet";

/// Writes the proportions of embedded SVG where the renderer looks for them.
pub(super) fn lower(tree: &mut Tree) {
    for element in 0..tree.len() {
        if tree[element].name != "image" {
            continue;
        }
        let Some(embedded) = tree[element].href().and_then(embedded_svg) else { continue };
        place(&mut tree[element], &embedded[0]);
        let said = tree[element].markup("preserveAspectRatio").unwrap_or_default().trim();
        let said = if said.is_empty() { USUAL } else { said };
        if let Some(own) = proportions(&embedded[0]).filter(|own| *own != said && !said.starts_with("none")) {
            let own = own.to_owned();
            tree[element].set("preserveAspectRatio", own);
        }
    }
}

/// The proportions that an SVG keeps; `None` where it has neither a size nor a `viewBox`.
fn proportions(root: &Element) -> Option<&str> {
    if root.markup("viewBox").and_then(view_box).is_some() {
        return Some(root.markup("preserveAspectRatio").unwrap_or(USUAL).trim());
    }
    embedded::stated(root).iter().all(Option::is_some).then_some("none")
}

/// Says where an `image` lies, by an embedded SVG that is drawn in other proportions than those of its own size.
fn place(image: &mut Element, root: &Element) {
    let size = embedded::natural(root);
    if embedded::drawn(root).map(written) == size.map(written) {
        return;
    }
    let length = |name| numbers::length(image.value(name)?, image.scale().whole(name), image.scale());
    let [width, height] = match ["width", "height"].map(length) {
        [Some(width), Some(height)] => [width, height],
        [Some(width), None] => [width, width * size[1] / size[0]],
        [None, Some(height)] => [height * size[0] / size[1], height],
        [None, None] => size,
    };
    let mut lies = [length("x").unwrap_or(0.0), length("y").unwrap_or(0.0), width, height];
    let own = root.markup("preserveAspectRatio");
    let is_stretched =
        image.markup("preserveAspectRatio").is_some_and(|said| said.trim().starts_with("none"));
    // Stretched, it is so with the room about its `viewBox`; what slices is cut off nowhere.
    if is_stretched
        && !own.is_some_and(|own| own.contains("slice"))
        && let Some(view) = root.markup("viewBox").and_then(view_box)
        && let Some([x, y, across, down]) = patterns::fitted(view, [0.0, 0.0, size[0], size[1]], own)
    {
        let [by, by_down] = [width / size[0], height / size[1]];
        lies = [
            lies[0] + (x + across * view[0]) * by,
            lies[1] + (y + down * view[1]) * by_down,
            across * view[2] * by,
            down * view[3] * by_down,
        ];
    }
    for (name, value) in ["x", "y", "width", "height"].into_iter().zip(lies) {
        image.set_markup(name, written(value));
    }
}

/// The root of an SVG in a data address.
fn embedded_svg(address: &str) -> Option<Tree> {
    let data = data_url::DataUrl::process(address).ok()?;
    if data.mime_type().type_ != "image" || !data.mime_type().subtype.starts_with("svg") {
        return None;
    }
    let (data, _) = data.decode_to_vec().ok()?;
    let text = until_root(std::str::from_utf8(&data).ok()?)?;
    let document =
        Document::parse_with_options(&text, ParsingOptions { allow_dtd: true, ..ParsingOptions::default() })
            .ok()?;
    Some(Tree::read(&document))
}

/// A document up to the tag of its root, which is closed.
fn until_root(text: &str) -> Option<String> {
    let text = text.trim_start_matches('\u{feff}');
    let mut at = 0;
    loop {
        let rest = &text[at..];
        at += match rest {
            _ if rest.starts_with("<!--") => rest.find("-->")? + 3,
            _ if rest.starts_with("<?") => rest.find("?>")? + 2,
            _ if rest.starts_with("<!") => tag(rest)?,
            _ if rest.starts_with('<') => break,
            _ => rest.find('<')?,
        };
    }
    let end = at + tag(&text[at..])? - 1;
    Some(format!("{}/>", text[..end].trim_end_matches('/')))
}

/// The length of the tag, or of the declaration with all in its brackets, that a text begins with.
fn tag(text: &str) -> Option<usize> {
    let (mut quote, mut depth, mut next) = (None, 0, 0);
    for (at, c) in text.char_indices() {
        match (quote, c) {
            _ if at < next => {}
            (Some(open), _) => quote = quote.filter(|_| c != open),
            (None, '"' | '\'') => quote = Some(c),
            (None, '<') if text[at..].starts_with("<!--") => next = at + text[at..].find("-->")? + 3,
            (None, '<') => depth += 1,
            (None, '>') if depth == 1 => return Some(at + 1),
            (None, '>') => depth -= 1,
            _ => {}
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_root_is_found_behind_all_that_may_stand_before_it() {
        let prolog =
            "<?xml version='1.0'?><!-- <svg> --><!DOCTYPE svg [<!-- it's <svg> --><!ENTITY n '0 0 9 9'>]>\n";
        let data = format!("{prolog}<svg viewBox='&n;' width='auto' height='2'><g/></svg>");
        let address = format!("data:image/svg+xml,{}", data.replace('&', "%26"));
        let tree = embedded_svg(&address).unwrap();
        assert_eq!(proportions(&tree[0]), Some(USUAL));
        assert_eq!(embedded::natural(&tree[0]), [2.0, 2.0]);
        for cut_off in ["", "<!-- ", "<!DOCTYPE svg [", "<svg viewBox='", "x", "</"] {
            assert!(embedded_svg(&format!("data:image/svg+xml,{cut_off}")).is_none());
        }
    }
}
