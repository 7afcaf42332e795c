//! The arguments in the functions of colours: the old words with commas, the new ones without, and calculations in both
//! (css-color-4, section 4).

use super::numbers::{angle, number, split, written};

/// A function of a colour without calculations and with the units that its reader needs; `None` where no browser takes it.
pub(super) fn plain(name: &str, arguments: &str) -> Option<String> {
    let old = split(arguments, ',');
    let hue = match name {
        "hsl" | "hsla" | "hwb" => Some(0),
        "lch" | "oklch" => Some(2),
        _ => None,
    };
    if old.len() > 1 {
        let parts: Vec<String> =
            old.iter().enumerate().map(|(at, part)| settled(part, hue == Some(at))).collect::<Option<_>>()?;
        let shares = parts.iter().take(3).filter(|part| part.ends_with('%')).count();
        let good = match name {
            "rgb" | "rgba" => shares == 0 || shares == 3,
            "hsl" | "hsla" => parts.get(1..3).is_some_and(|both| both.iter().all(|part| part.ends_with('%'))),
            _ => false,
        };
        return (good && (3..=4).contains(&parts.len())).then(|| format!("{name}({})", parts.join(", ")));
    }
    let (parts, alpha) = match split(arguments, '/')[..] {
        [parts] => (parts, None),
        [parts, alpha] => (parts, Some(settled(alpha, false)?)),
        _ => return None,
    };
    let mut parts: Vec<String> = split(parts, ' ')
        .iter()
        .enumerate()
        .map(|(at, part)| settled(part, hue == Some(at)))
        .collect::<Option<_>>()?;
    if parts.len() != 3 {
        return None;
    }
    if matches!(name, "hsl" | "hsla" | "hwb") {
        for part in &mut parts[1..] {
            if !part.ends_with('%') && part.parse::<f64>().is_ok() {
                part.push('%');
            }
        }
    }
    let alpha = alpha.map(|alpha| format!(" / {alpha}")).unwrap_or_default();
    Some(format!("{name}({}{alpha})", parts.join(" ")))
}

/// One argument, with its calculation done.
fn settled(part: &str, is_hue: bool) -> Option<String> {
    if !part.contains('(') {
        return Some(part.to_owned());
    }
    if is_hue {
        return Some(format!("{}deg", written(angle(part)?)));
    }
    let found = number(part)?;
    Some(if part.contains('%') { format!("{}%", written(found * 100.0)) } else { written(found) })
}
