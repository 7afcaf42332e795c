//! Addresses in a drawing, and what they lead to.

use super::css;

/// The kind of thing that an address leads to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum LinkTarget<'a> {
    /// Nothing: an empty address.
    Nothing,
    /// An element of this document, by its id.
    Inside(&'a str),
    /// Content that the address itself carries.
    Data,
    /// Script.
    Script,
    /// A file or another machine.
    Outside,
}

/// Classifies an address.
pub(super) fn target(address: &str) -> LinkTarget<'_> {
    let trimmed = address.trim();
    if trimmed.is_empty() || trimmed == "#" {
        LinkTarget::Nothing
    } else if let Some(id) = trimmed.strip_prefix('#') {
        LinkTarget::Inside(id)
    } else if is_script(trimmed) {
        LinkTarget::Script
    } else if trimmed.get(..5).is_some_and(|scheme| scheme.eq_ignore_ascii_case("data:")) {
        LinkTarget::Data
    } else {
        LinkTarget::Outside
    }
}

/// Whether a browser would run what an address holds; blanks and control characters inside are skipped, as there.
pub(super) fn is_script(address: &str) -> bool {
    let mut letters =
        address.chars().filter(|c| !c.is_control() && !c.is_whitespace()).map(|c| c.to_ascii_lowercase());
    let head: String = letters.by_ref().take(15).collect();
    ["javascript:", "vbscript:", "data:text/html", "data:text/xml", "livescript:"]
        .iter()
        .any(|scheme| head.starts_with(scheme))
}

/// The content of a data address.
pub(super) fn decode(address: &str) -> Option<Vec<u8>> {
    let url = data_url::DataUrl::process(address.trim()).ok()?;
    url.decode_to_vec().ok().map(|(data, _)| data)
}

/// Whether data looks like an SVG document.
pub(super) fn is_svg(data: &[u8]) -> bool {
    let head = data.trim_ascii_start();
    head.starts_with(b"<") && super::markup::find(&head[..head.len().min(4096)], b"<svg").is_some()
}

/// Whether data begins like a picture that the renderer decodes.
pub(super) fn is_supported_raster(data: &[u8]) -> bool {
    data.starts_with(b"\x89PNG\r\n\x1a\n")
        || data.starts_with(&[0xff, 0xd8, 0xff])
        || data.starts_with(b"GIF8")
        || (data.starts_with(b"RIFF") && data.get(8..12) == Some(b"WEBP"))
}

/// Levels of nested documents that are searched for addresses; deeper ones are not drawn either.
const DEEPEST: usize = 4;

/// Addresses that lead outside from an SVG inside a data address, and from those inside of that.
pub(super) fn inside_nested(data: &[u8], depth: usize) -> Vec<String> {
    let mut found = Vec::new();
    let Some(text) = std::str::from_utf8(data).ok().filter(|_| depth < DEEPEST && is_svg(data)) else {
        return found;
    };
    let Ok(document) = roxmltree::Document::parse(text) else { return found };
    for node in document.descendants().filter(roxmltree::Node::is_element) {
        for attribute in node.attributes() {
            let addresses = match attribute.name() {
                "href" if node.tag_name().name() != "a" => vec![attribute.value()],
                _ => css::addresses(attribute.value()).into_iter().map(|a| a.target).collect(),
            };
            for address in addresses {
                match target(address) {
                    LinkTarget::Outside => found.push(address.to_owned()),
                    LinkTarget::Data => found.extend(
                        decode(address).map(|data| inside_nested(&data, depth + 1)).unwrap_or_default(),
                    ),
                    LinkTarget::Nothing | LinkTarget::Inside(_) | LinkTarget::Script => {}
                }
            }
        }
    }
    found
}

/// Pixels that a data address decodes to, by its header, and how many levels of SVG are in it.
pub(super) fn measure(address: &str, depth: usize) -> (u64, u64) {
    let Some(data) = decode(address) else { return (0, 0) };
    if !is_svg(&data) {
        let pixels = imagesize::blob_size(&data)
            .map_or(0, |size| (size.width as u64).saturating_mul(size.height as u64));
        return (pixels, 0);
    }
    if depth >= DEEPEST {
        return (0, 1);
    }
    let document = std::str::from_utf8(&data).ok().and_then(|text| roxmltree::Document::parse(text).ok());
    let Some(document) = document else { return (0, 1) };
    let images = document.descendants().filter(|node| matches!(node.tag_name().name(), "image" | "feImage"));
    let hrefs = images.flat_map(|node| node.attributes().filter(|a| a.name() == "href"));
    let (mut pixels, mut nested) = (0u64, 0);
    for href in hrefs {
        let (more, level) = measure(href.value(), depth + 1);
        pixels = pixels.saturating_add(more);
        nested = nested.max(level);
    }
    (pixels, nested + 1)
}

/// The value of `name="…"` in a processing instruction.
pub(super) fn pseudo_attribute<'a>(text: &'a str, name: &str) -> Option<&'a str> {
    let after = &text[text.find(name)? + name.len()..];
    let after = after.trim_start().strip_prefix('=')?.trim_start();
    let quote = after.chars().next().filter(|c| matches!(c, '"' | '\''))?;
    after[1..].split(quote).next()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_told_apart() {
        assert_eq!(target(" #a"), LinkTarget::Inside("a"));
        assert_eq!(target("java\nscript:f()"), LinkTarget::Script);
        assert_eq!(target("DATA:image/png,x"), LinkTarget::Data);
        assert_eq!(target("//host/x"), LinkTarget::Outside);
        assert_eq!(target("a.svg#b"), LinkTarget::Outside);
        assert_eq!(target("#"), LinkTarget::Nothing);
    }

    #[test]
    fn a_nested_document_is_searched() {
        let svg = "data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg'%3E%3Cimage href='/etc/passwd'/%3E%3C/svg%3E";
        assert_eq!(inside_nested(&decode(svg).unwrap(), 0), ["/etc/passwd"]);
    }
}
