//! Numbers, lengths of time and money in words.

/// A whole number with separators: `12,345`.
pub fn count(number: u64) -> String {
    let digits = number.to_string();
    let mut shown = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            shown.push(',');
        }
        shown.push(digit);
    }
    shown
}

/// A number and its noun: `1 token`, `2 tokens`.
pub fn plural(number: u64, noun: &str) -> String {
    format!("{} {noun}{}", count(number), if number == 1 { "" } else { "s" })
}

/// A time span: `210 ms`, `12.5 s`, `3 min 20 s`.
pub fn seconds(seconds: f64) -> String {
    if !(0.0..1e9).contains(&seconds) {
        format!("{seconds:e} s")
    } else if seconds < 1.0 {
        format!("{:.0} ms", seconds * 1000.0)
    } else if seconds < 100.0 {
        format!("{seconds:.1} s")
    } else {
        format!("{} min {:.0} s", count((seconds / 60.0).floor() as u64), (seconds % 60.0).floor())
    }
}

/// A rate or a length, with one digit behind the point where it is small.
pub fn decimal(number: f64) -> String {
    if number == 0.0 {
        "0".to_owned()
    } else if !(1e-3..1e9).contains(&number.abs()) {
        format!("{number:e}")
    } else if number.fract() == 0.0 || number.abs() >= 1000.0 {
        format!("{number:.0}")
    } else {
        let shown = format!("{number:.3}");
        shown.trim_end_matches('0').trim_end_matches('.').to_owned()
    }
}

/// US dollars for a person: cents matter below a dollar, and less below a cent.
#[must_use]
pub fn dollars(usd: f64) -> String {
    // A sum of nothing is the negative zero.
    match usd + 0.0 {
        usd if usd >= 1.0 || usd == 0.0 => format!("${usd:.2}"),
        usd if usd >= 0.01 => format!("${usd:.3}"),
        usd => format!("${usd:.5}"),
    }
}
