//! Entities that a document type declares in the document itself, put in their places. Only drawings inside of others are read so: one
//! that is judged is refused for them.

use super::xml;

/// A text without its document type and with the values of its entities in it; `None` where they lead back to themselves, or are more
/// than `most` bytes of work.
pub(super) fn expanded(text: &str, most: usize) -> Option<String> {
    let doctype = xml::check(text, false).doctype?;
    let declared = declarations(text.get(doctype.clone())?);
    let mut expansion = Expansion { declared, left: most, made: text[..doctype.start].to_owned() };
    expansion.add(&text[doctype.end..], &mut Vec::new())?;
    Some(expansion.made)
}

/// The entities with values of their own, by name; the first declaration of a name counts. What stands in comments, in instructions
/// and in quotes declares nothing.
fn declarations(doctype: &str) -> Vec<(&str, &str)> {
    let mut found: Vec<(&str, &str)> = Vec::new();
    let mut rest = doctype;
    while let Some(at) = rest.find(['<', '"', '\'']) {
        let here = &rest[at..];
        if let Some(declaration) = here.strip_prefix("<!ENTITY") {
            rest = declaration;
            let Some((name, value, after)) = declared(declaration) else { continue };
            rest = after;
            if found.iter().all(|(known, _)| *known != name) && found.len() < MOST {
                found.push((name, value));
            }
        } else {
            rest =
                quoted(here).map(|(_, after)| after).or_else(|| after_verbatim(here)).unwrap_or(&here[1..]);
        }
    }
    found
}

/// The name and the value of a declaration, and what follows; `None` where it has no value of its own.
fn declared(declaration: &str) -> Option<(&str, &str, &str)> {
    let (name, rest) = declaration.trim_start().split_once(|c: char| c.is_ascii_whitespace())?;
    let (value, after) = quoted(rest.trim_start())?;
    Some((name, value, after))
}

/// The text in the quotes at the start of a text, and what follows.
fn quoted(text: &str) -> Option<(&str, &str)> {
    let quote = text.chars().next().filter(|c| matches!(c, '"' | '\''))?;
    text[1..].split_once(quote)
}

/// The text after a comment, a section of plain text or an instruction at the start of a text: XML replaces nothing
/// in them.
fn after_verbatim(text: &str) -> Option<&str> {
    let (open, close) = [("<!--", "-->"), ("<![CDATA[", "]]>"), ("<?", "?>")]
        .into_iter()
        .find(|(open, _)| text.starts_with(open))?;
    Some(text[open.len()..].split_once(close).map_or("", |(_, after)| after))
}

/// Entities that are heeded.
const MOST: usize = 256;

/// Entities in entities.
const DEEPEST: usize = 16;

/// Bytes of a reference.
const LONGEST: usize = 64;

struct Expansion<'t> {
    declared: Vec<(&'t str, &'t str)>,
    /// Bytes that may still be read.
    left: usize,
    made: String,
}

impl<'t> Expansion<'t> {
    /// Adds a text; `open` are the entities that it stands in.
    fn add(&mut self, text: &'t str, open: &mut Vec<&'t str>) -> Option<()> {
        self.left = self.left.checked_sub(text.len() + 1)?;
        let mut rest = text;
        while let Some(at) = rest.find(['&', '<']) {
            let (before, reference) = rest.split_at(at);
            self.made.push_str(before);
            if let Some(after) = reference.strip_prefix('<') {
                rest = after_verbatim(reference).unwrap_or(after);
                self.made.push_str(&reference[..reference.len() - rest.len()]);
                continue;
            }
            let end = reference.bytes().take(LONGEST).position(|byte| byte == b';');
            let named = end.map(|end| (&reference[1..end], &reference[end + 1..]));
            let known = named.and_then(|(name, after)| {
                let (name, value) = self.declared.iter().find(|(known, _)| *known == name)?;
                Some((*name, *value, after))
            });
            let Some((name, value, after)) = known else {
                self.made.push('&');
                rest = &reference[1..];
                continue;
            };
            if open.contains(&name) || open.len() >= DEEPEST {
                return None;
            }
            open.push(name);
            if value.contains('<') {
                self.add(value, open)?;
            } else {
                // It may stand in an attribute.
                let begun = self.made.len();
                self.add(value, open)?;
                let plain = self.made.split_off(begun);
                self.made.push_str(&plain.replace('"', "&quot;").replace('\'', "&apos;"));
            }
            open.pop();
            rest = after;
        }
        self.made.push_str(rest);
        Some(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_stand_where_they_are_asked_for() {
        let text = "<!DOCTYPE svg [<!ENTITY a '0 0 &n; 9'><!ENTITY n \"9\"><!ENTITY a 'x'><!ENTITY g '<g/>'>\n<!ENTITY s SYSTEM 'f'>]>\
            <svg viewBox=\"&a;\">&g;&amp;&s;&</svg>";
        assert_eq!(expanded(text, 1000).as_deref(), Some("<svg viewBox=\"0 0 9 9\"><g/>&amp;&s;&</svg>"));
    }

    #[test]
    fn comments_plain_text_and_instructions_are_left_as_they_are() {
        let text = "<!DOCTYPE svg [<!-- it's <!ENTITY a 'no'> --><?p <!ENTITY a 'no'>?><!NOTATION n SYSTEM \"<!ENTITY a 'no'>\">\
            <!ENTITY b '<!ENTITY a \"no\"><!--&a;-->'><!ENTITY a 'yes'>]>\
            <svg><!--&a;<--><![CDATA[&a;]]><?p &a;?>&a;&b;</svg>";
        let made = "<svg><!--&a;<--><![CDATA[&a;]]><?p &a;?>yes<!ENTITY a \"no\"><!--&a;--></svg>";
        assert_eq!(expanded(text, 1000).as_deref(), Some(made));
        // Another reader of XML, which takes no `>` in an address, reads the same from both.
        let text = text.replace("&b;", "").replace("<!NOTATION n SYSTEM \"<!ENTITY a 'no'>\">", "");
        let options = roxmltree::ParsingOptions { allow_dtd: true, ..Default::default() };
        let read = |document: &roxmltree::Document<'_>| -> Vec<String> {
            document.root_element().descendants().filter_map(|node| node.text().map(str::to_owned)).collect()
        };
        let theirs = roxmltree::Document::parse_with_options(&text, options).unwrap();
        let made = expanded(&text, 1000).unwrap();
        assert_eq!(read(&roxmltree::Document::parse(&made).unwrap()), read(&theirs));
        // What is left open reaches to the end.
        assert_eq!(
            expanded("<!DOCTYPE svg [<!ENTITY a 'b'>]><svg><!--&a;", 1000).as_deref(),
            Some("<svg><!--&a;")
        );
    }

    #[test]
    fn rings_and_bombs_end() {
        let bomb = |levels: usize| {
            let levels =
                (1..levels).map(|at| format!("<!ENTITY e{at} '{}'>", format!("&e{};", at - 1).repeat(10)));
            format!("<!DOCTYPE svg [<!ENTITY e0 ''>{}]><svg>&e8;</svg>", levels.collect::<String>())
        };
        assert_eq!(expanded(&bomb(9), 1 << 20), None);
        assert_eq!(expanded("<!DOCTYPE svg [<!ENTITY a '&b;'><!ENTITY b '&a;'>]><svg>&a;</svg>", 1000), None);
    }
}
