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

/// The entities with values of their own, by name; the first declaration of a name counts.
fn declarations(doctype: &str) -> Vec<(&str, &str)> {
    let mut found: Vec<(&str, &str)> = Vec::new();
    for declaration in doctype.split("<!ENTITY").skip(1) {
        let declaration = declaration.trim_start();
        let Some((name, rest)) = declaration.split_once(|c: char| c.is_ascii_whitespace()) else { continue };
        let rest = rest.trim_start();
        let Some(quote) = rest.chars().next().filter(|c| matches!(c, '"' | '\'')) else { continue };
        if let Some(value) = rest[1..].split(quote).next()
            && found.iter().all(|(known, _)| *known != name)
            && found.len() < MOST
        {
            found.push((name, value));
        }
    }
    found
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
        while let Some(at) = rest.find('&') {
            let (before, reference) = rest.split_at(at);
            self.made.push_str(before);
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
