//! Conditions of rules: media queries and `@supports`, for a still picture on a white page.

use super::super::grammar;
use super::spans::{closing, text_of, trim, until};
use super::syntax;
use super::tokens::{CssToken, CssTokenKind};

/// Conditions in conditions that are followed.
const DEEPEST: usize = 8;

/// Whether one of the queries of a list holds on a canvas of this size in CSS pixels.
pub(super) fn applies(queries: &str, canvas: [f64; 2]) -> bool {
    let queries = queries.to_ascii_lowercase();
    if queries.trim().is_empty() {
        return true;
    }
    let tokens = super::tokens::tokens(&queries);
    let mut pos = 0;
    loop {
        let end = until(&tokens, pos, |token| token.is(','));
        if query(trim(&tokens[pos..end]), canvas) {
            return true;
        }
        if end >= tokens.len() {
            return false;
        }
        pos = end + 1;
    }
}

fn query(tokens: &[CssToken<'_>], canvas: [f64; 2]) -> bool {
    let (mut tokens, mut negated, mut holds) = (tokens, false, true);
    let head = |tokens: &[CssToken<'_>]| {
        tokens.first().filter(|token| token.kind == CssTokenKind::Ident).map(|token| token.text.to_owned())
    };
    if let Some(word) = head(tokens).filter(|word| word == "not" || word == "only") {
        let rest = trim(&tokens[1..]);
        if head(rest).is_some() {
            (tokens, negated) = (rest, word == "not");
        }
    }
    if let Some(kind) = head(tokens).filter(|word| word != "not") {
        holds = matches!(kind.as_str(), "all" | "screen");
        tokens = trim(&tokens[1..]);
        if head(tokens).is_some_and(|word| word == "and") {
            tokens = trim(&tokens[1..]);
        } else if !tokens.is_empty() {
            return false;
        }
    }
    let rest =
        tokens.is_empty() || condition(tokens, 0, &|inside| Some(feature(inside, canvas))).unwrap_or(false);
    (holds && rest) != negated
}

/// `not x`, `x and y`, `x or y` with brackets; `None` where it is no condition.
fn condition(
    tokens: &[CssToken<'_>],
    depth: usize,
    leaf: &dyn Fn(&[CssToken<'_>]) -> Option<bool>,
) -> Option<bool> {
    if depth > DEEPEST {
        return None;
    }
    let mut tokens = trim(tokens);
    let mut value: Option<bool> = None;
    let mut joined = String::new();
    while let Some(token) = tokens.first() {
        let negated = token.text.eq_ignore_ascii_case("not");
        if negated {
            tokens = trim(&tokens[1..]);
        }
        let open = tokens.first()?;
        let end = match open.closes_with() {
            Some(_) => closing(tokens, 0),
            None => return None,
        };
        let holds = match open.kind {
            CssTokenKind::Function => leaf(tokens.get(..end)?)?,
            _ => {
                let inside = trim(tokens.get(1..end)?);
                let nested =
                    inside.first().is_some_and(|first| first.closes_with().is_some() || first.text == "not");
                if nested { condition(inside, depth + 1, leaf)? } else { leaf(inside)? }
            }
        } != negated;
        value = Some(match (value, joined.as_str()) {
            (None, _) => holds,
            (Some(before), "or") => before || holds,
            (Some(before), _) => before && holds,
        });
        tokens = trim(tokens.get(end + 1..).unwrap_or_default());
        if let Some(word) = tokens.first() {
            joined = word.text.to_ascii_lowercase();
            if !matches!(joined.as_str(), "and" | "or") {
                return None;
            }
            tokens = trim(&tokens[1..]);
            if tokens.is_empty() {
                return None;
            }
        }
    }
    value
}

/// Whether a feature is what it is asked to be.
fn feature(tokens: &[CssToken<'_>], [width, height]: [f64; 2]) -> bool {
    let text = text_of(tokens);
    let of = |name: &str| match name {
        "width" => Some(width),
        "height" => Some(height),
        "aspect-ratio" => Some(width / height),
        "color" => Some(8.0),
        "resolution" | "device-pixel-ratio" => Some(1.0),
        "monochrome" | "grid" => Some(0.0),
        _ => None,
    };
    if let Some((name, wanted)) = text.split_once(':') {
        let (name, wanted) = (name.trim(), wanted.trim());
        let compare = |name: &str, holds: &dyn Fn(f64, f64) -> bool| {
            of(name).zip(number(wanted)).is_some_and(|(found, wanted)| holds(found, wanted))
        };
        return match name {
            "orientation" => wanted == if width > height { "landscape" } else { "portrait" },
            "prefers-color-scheme" => wanted == "light",
            "prefers-reduced-motion"
            | "prefers-contrast"
            | "prefers-reduced-transparency"
            | "prefers-reduced-data" => wanted == "no-preference",
            "hover" | "any-hover" => wanted == "hover",
            "pointer" | "any-pointer" => wanted == "fine",
            "forced-colors" | "inverted-colors" => wanted == "none",
            "update" => wanted == "fast",
            "scripting" => wanted == "none",
            "color-gamut" => wanted == "srgb",
            "dynamic-range" => wanted == "standard",
            "display-mode" => wanted == "browser",
            _ => match (name.strip_prefix("min-"), name.strip_prefix("max-")) {
                (Some(name), _) => compare(name, &|found, wanted| found >= wanted),
                (_, Some(name)) => compare(name, &|found, wanted| found <= wanted),
                _ => compare(name, &|found, wanted| (found - wanted).abs() < 1e-9),
            },
        };
    }
    if text.contains(['<', '>', '=']) {
        return range(&text, &of);
    }
    // Alone it asks whether there is any.
    match text.as_str() {
        "prefers-reduced-motion" | "prefers-contrast" | "forced-colors" | "inverted-colors" | "scripting" => {
            false
        }
        "hover" | "any-hover" | "pointer" | "any-pointer" | "orientation" | "prefers-color-scheme" => true,
        name => of(name).is_some_and(|found| found != 0.0),
    }
}

/// `width >= 600px`, `400px < width < 900px`.
fn range(text: &str, of: &dyn Fn(&str) -> Option<f64>) -> bool {
    let mut terms = Vec::new();
    let mut signs = Vec::new();
    let mut rest = text;
    while let Some(at) = rest.find(['<', '>', '=']) {
        terms.push(rest[..at].trim());
        let end = rest[at..].find(|c| !matches!(c, '<' | '>' | '=')).map_or(rest.len(), |length| at + length);
        signs.push(&rest[at..end]);
        rest = &rest[end..];
    }
    terms.push(rest.trim());
    let values: Option<Vec<f64>> = terms.iter().map(|term| of(term).or_else(|| number(term))).collect();
    let Some(values) = values else { return false };
    values.windows(2).zip(signs).all(|(pair, sign)| match sign {
        "<" => pair[0] < pair[1],
        "<=" => pair[0] <= pair[1],
        ">" => pair[0] > pair[1],
        ">=" => pair[0] >= pair[1],
        "=" => (pair[0] - pair[1]).abs() < 1e-9,
        _ => false,
    })
}

fn number(text: &str) -> Option<f64> {
    if let Some((over, under)) = text.split_once('/') {
        return Some(over.trim().parse::<f64>().ok()? / under.trim().parse::<f64>().ok()?);
    }
    let length = super::tokens::number_length(text);
    let number: f64 = text.get(..length)?.parse().ok()?;
    Some(match &text[length..] {
        "" | "px" | "dppx" | "x" => number,
        "em" | "rem" => number * 16.0,
        "dpi" => number / 96.0,
        _ => return None,
    })
}

/// The first words that the names of properties have.
const FIRST_WORDS: &str = " accent align alignment all animation appearance aspect backdrop backface background baseline block border \
    bottom box break caption caret clear clip color column columns contain container content counter cursor cx cy d direction \
    display dominant empty fill filter flex float flood font forced gap grid height hyphens image inline inset isolation justify \
    left letter lighting line list margin marker mask math max min mix object offset opacity order orphans outline overflow \
    overscroll padding page paint perspective place pointer position quotes r resize right rotate row ruby rx ry scale scroll \
    scrollbar shape stop stroke tab table text timeline top touch transform transition translate unicode user vector vertical \
    view visibility white widows width will word writing x y z zoom -webkit ";

/// Whether there is such a property, as far as its name tells.
fn is_known(name: &str) -> bool {
    let first = match name.strip_prefix("-webkit-") {
        Some(_) => "-webkit",
        None => name.split('-').next().unwrap_or_default(),
    };
    name.starts_with("--") || (!first.is_empty() && FIRST_WORDS.contains(&format!(" {first} ")))
}

/// Whether a browser knows what `@supports` asks for. Of a declaration, that is taken to be so where the property is known and
/// the value has not the mark of another maker.
pub(super) fn supports(prelude: &[CssToken<'_>]) -> bool {
    let leaf = |inside: &[CssToken<'_>]| -> Option<bool> {
        let first = inside.first()?;
        if first.kind == CssTokenKind::Function {
            let known = match first.name().to_ascii_lowercase().as_str() {
                "selector" => syntax::parse(trim(&inside[1..]), None).is_some(),
                _ => false,
            };
            return Some(known);
        }
        let text = text_of(inside).to_ascii_lowercase();
        let (name, value) = text.split_once(':')?;
        let foreign =
            |text: &str| ["-moz-", "-ms-", "-o-", "-khtml-"].iter().any(|mark| text.starts_with(mark));
        Some(
            !name.trim().is_empty()
                && !foreign(name.trim())
                && !foreign(value.trim())
                && is_known(name.trim())
                && grammar::takes(name.trim(), value.trim())
                && !value.trim().is_empty(),
        )
    };
    condition(prelude, 0, &leaf).unwrap_or(false)
}

#[cfg(test)]
mod tests {
    use super::super::tokens::tokens;
    use super::*;

    #[test]
    fn queries_are_answered_for_a_screen() {
        let holds = |query| applies(query, [400.0, 300.0]);
        for query in [
            "",
            "all",
            "screen",
            "only screen and (min-width: 300px)",
            "print, screen",
            "not print",
            "(prefers-reduced-motion: no-preference)",
            "(orientation: landscape)",
            "(300px <= width < 500px)",
            "(width > 10em) and (hover)",
            "not (max-width: 10px)",
            "((min-width: 1px) or (min-height: 9999px))",
        ] {
            assert!(holds(query), "{query}");
        }
        for query in [
            "print",
            "not all",
            "(prefers-color-scheme: dark)",
            "screen and (max-width: 100px)",
            "(min-width)x",
            "(prefers-reduced-motion: reduce)",
            "(prefers-reduced-motion)",
            "speech",
            "(",
            "and",
            "(what: ever)",
        ] {
            assert!(!holds(query), "{query}");
        }
    }

    #[test]
    fn what_is_supported_is_guessed_by_its_name() {
        let holds = |text| supports(&tokens(text));
        assert!(
            holds("(display: grid)")
                && holds("(--a:b) and (not (-moz-x: 1))")
                && holds("(fill: oklch(0 0 0)) and (not (foo: bar))")
                && holds("selector(a > b)")
        );
        assert!(
            !holds("(-ms-x: 1)")
                && !holds("not (display: grid)")
                && !holds("(display: foo)")
                && !holds("nonsense")
                && !holds("selector(:what)")
                && !holds("(colour: red)")
                && !holds("(foo-bar: 1)")
        );
    }
}
