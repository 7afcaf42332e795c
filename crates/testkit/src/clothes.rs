//! A key in all clothes that services may put on it. What is listed here is what SECURITY.md promises to find.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};

/// The key that all of them say.
pub const KEY: &str = "sk-planted-5f0c2a91";

fn each(f: impl Fn(char) -> String) -> String {
    KEY.chars().map(f).collect()
}

/// The key in all clothes that services may put on it.
#[must_use]
pub fn clothes() -> Vec<String> {
    [
        escaped(),
        escaped_twice(),
        tagged(),
        with_marks_of_reasoning(),
        with_codes_and_breaks(),
        encoded(),
        in_other_letters(),
    ]
    .concat()
}

/// As it is, in capitals, and with escapes of JSON, of addresses, of HTML and of C.
fn escaped() -> Vec<String> {
    vec![
        KEY.to_owned(),
        KEY.to_uppercase(),
        each(|c| format!("\\u{:04x}", c as u32)),
        KEY.replacen('s', "\\u0073", 1),
        KEY.replace('-', "\\/-"),
        KEY.replace('a', "\\\\u0061"),
        each(|c| format!("%{:02X}", c as u32)),
        KEY.replace('-', "%2D"),
        KEY.replace('-', "%252D").replace('p', "%2570"),
        each(|c| format!("&#{};", c as u32)),
        each(|c| format!("&#x{:x};", c as u32)),
        each(|c| format!("&amp;#{};", c as u32)),
        each(|c| format!("\\{:o}", c as u32)),
    ]
}

/// With each sign of its first letters' escapes percent-encoded: such a letter has many signs that begin an escape.
fn escaped_twice() -> Vec<String> {
    const LETTERS: usize = 8;
    let twice = |between: &str, write: &dyn Fn(char) -> String| {
        let percent = |text: String| text.bytes().map(|byte| format!("%{byte:02X}")).collect::<String>();
        let letters: Vec<String> = KEY[..LETTERS].chars().map(|c| percent(write(c))).collect();
        letters.join(between) + &KEY[LETTERS..]
    };
    let wide = |c: char| char::from_u32(c as u32 + 0xfee0).unwrap().to_string().into_bytes();
    let code = |c: char| format!("\\u{:04x}", c as u32);
    let hex = twice("", &|c| wide(c).iter().map(|byte| format!("\\x{byte:02x}")).collect());
    vec![
        twice("", &|c| wide(c).iter().map(|byte| format!("%{byte:02X}")).collect()),
        twice("", &|c| wide(c).iter().map(|byte| format!("\\{byte:o}")).collect()),
        // A mark within the first letter makes it as long as letters may be.
        format!("{}<|{}|>{}", &hex[..35], "a".repeat(48), &hex[35..]),
        hex,
        twice("", &code),
        twice("-", &code),
        twice(" ", &code),
        KEY.replace("plan", "[zq%5C%75%30%30%35%64plan[/zq]"),
    ]
}

/// With tags of HTML, of Markdown and of forums between its letters.
fn tagged() -> Vec<String> {
    vec![
        KEY.replace("plan", "plan<b class=\"x\">").replace('5', "</b>5"),
        KEY.replace("plan", "plan&lt;b&gt;"),
        KEY.replace("plan", "**plan**"),
        each(|c| format!("[b]{c}[/b]")),
        KEY.replace("plan", "pl[b]an"),
        KEY.replace("plan", "pl[color=red]an[/color]"),
        KEY.replace("plan", "pl[quote author=A B]an"),
        KEY.replace("plan", "<b>[plan]</b>"),
        KEY.replace("plan", "[b][plan][/b]"),
        KEY.replace("plan", "[color=red][plan][/color]"),
        KEY.replace("plan", "[zz][plan][/zz]"),
        KEY.replace("plan", "[i][b][plan][/b][/i]"),
        KEY.replace("plan", "[plan][b]").replace("ted", "[/b]ted"),
        KEY.replace("plan", "[b]pl[an]").replace("5f0c", "5[/b]f0c"),
        KEY.replace("plan", "[zz]pl[an][/zz]"),
        KEY.replace("plan", "[hr][plan]"),
        KEY.replace("plan", "<i>[b][plan][/b]</i>"),
        KEY.replace("plan", "[[b]][plan][[/b]]"),
        KEY.replace("plan", "[b]\\u005bplan][/b]"),
        KEY.replace("planted", "[b][plan][/b] [i][ted][/i]"),
    ]
}

/// With marks of reasoning and special tokens between its letters, also within tags, codes, escapes and base64.
fn with_marks_of_reasoning() -> Vec<String> {
    let longest = "a".repeat(48);
    vec![
        KEY.replace("plan", "pl<|END_THINKING|>an"),
        KEY.replace("plan", "pl[/THINK]an"),
        KEY.replace("plan", "pl◁/think▷an"),
        KEY.replace("plan", "pl<|im_start|>an"),
        KEY.replace("plan", "<g>pl<|END_THINKING|></g>an"),
        KEY.replace("plan", "[i[/THINK]]pl[/i]an"),
        KEY.replace("plan", "pl\\u00</think>61n"),
        KEY.replace("plan", "pl&#[/THINK]x61;n"),
        KEY.replace("plan", "pl\u{1b}[3<|END_THINKING|>1man"),
        KEY.replace("plan", "%<|channel|>analysis<|message|>70lan"),
        format!("c2stcGxhbn</think>{}", &STANDARD.encode(KEY)[10..]),
        KEY.replace("plan", &format!("pl\\u{{0000<|{longest}|>61}}n")),
        KEY.replace("-5", &format!("&NotNestedGreaterGr<|{longest}|>eater;5")),
    ]
}

/// With codes for terminals, with texts around it, and with breaks.
fn with_codes_and_breaks() -> Vec<String> {
    vec![
        each(|c| format!("{c} ")),
        each(|c| format!("\u{1b}[1;31m{c}\u{1b}[0m")),
        KEY.replace("plan", "pl\\u001b[3man"),
        KEY.replace("plan", "\u{1b}[1m[plan]\u{1b}(B\u{1b}[m"),
        KEY.replace("plan", "\u{1b}]8;;https://a\u{1b}\\plan\u{1b}]8;;\u{1b}\\"),
        KEY.replace("planted", "pla\u{1b}]8;;https://a.b/c?d\u{1b}\\nted"),
        KEY.replace("planted", "pla\\u001b]8;;https://a\\u001b\\\\nted"),
        KEY.replace("plan", "pl\u{1b}]0;a title\u{7}an"),
        KEY.replace("plan", "pl\u{9b}31man\u{9b}0m"),
        KEY.replace("plan", "pl\u{9d}8;;https://a\u{9c}an"),
        KEY.replace("plan", "pl\\u009b31man"),
        format!("[the key {}", KEY.replace("plan", "pl[b]a[/b]n")),
        format!("[h1]{}[size=2]", KEY.replace("plan", "pl[h1]a[/h1]n")),
        format!("\u{1b}]{}", KEY.replace("plan", "pl<b>an")),
        format!("\u{1b}]0;{}\u{7}", KEY.replace("plan", "pl[b]an")),
        KEY.replace("nted", "nt<!-- > -->ed"),
        KEY.replace("plan", "pl\u{200b}an"),
        KEY.replace("-5f", "-\n    5f"),
    ]
}

/// As numbers, in base64 and base32, backwards, and with letters moved by thirteen.
fn encoded() -> Vec<String> {
    let mut all = vec![
        KEY.bytes().map(|b| format!("{b:02X}:")).collect(),
        KEY.bytes().map(|b| format!("0x{b:02x}, ")).collect(),
        KEY.bytes().map(|b| format!("{b} ")).collect(),
        KEY.bytes().map(|b| format!("{b:03}")).collect(),
        KEY.bytes().map(|b| format!("{b:03o}")).collect(),
        KEY.bytes().map(|b| format!("x{b:02X}, ")).collect(),
        KEY.bytes().map(|b| format!("={b:02X}")).collect(),
        KEY.bytes().map(|b| format!("{b:02x}00")).collect(),
        each(|c| format!("U+{:04X} ", c as u32)),
        KEY.bytes().map(|b| format!("{b:08b} ")).collect(),
        KEY.bytes().map(|b| format!("00 {b:02x} ")).collect(),
        STANDARD.encode(STANDARD.encode(KEY)),
        STANDARD.encode(format!("a{}", STANDARD.encode(format!("Bearer {KEY}")))),
        KEY.chars().rev().collect(),
        "fx-cynagrq-5s0p2n91".to_owned(),
        // As Python's base64.b32encode writes it, after nothing, "a" and "abcd".
        "ONVS24DMMFXHIZLEFU2WMMDDGJQTSMI=".to_owned(),
        "MFZWWLLQNRQW45DFMQWTKZRQMMZGCOJR".to_owned(),
        "MFRGGZDTNMWXA3DBNZ2GKZBNGVTDAYZSME4TC===".to_owned(),
    ];
    for before in ["", "a", "ab"] {
        all.push(STANDARD.encode(format!("{before}{KEY}xyz")));
        all.push(URL_SAFE_NO_PAD.encode(format!("{before}{KEY}")));
    }
    all
}

/// In letters that look like its own, with accents among them.
fn in_other_letters() -> Vec<String> {
    vec![
        each(|c| format!("{c}\u{0301}")),
        each(|c| char::from_u32(c as u32 + 0xfee0).unwrap().into()),
        // Mathematical letters and digits, ringed ones, and the signs for a wavelength and a kelvin.
        each(|c| match c {
            'a'..='z' => char::from_u32(c as u32 - 97 + 0x1d41a).unwrap().into(),
            '0'..='9' => char::from_u32(c as u32 - 48 + 0x1d7ce).unwrap().into(),
            c => c.into(),
        }),
        each(|c| match c {
            'a'..='z' => char::from_u32(c as u32 - 97 + 0x24d0).unwrap().into(),
            c => c.into(),
        }),
        // Tags, and white letters in black rings and squares.
        each(|c| char::from_u32(c as u32 + 0xe0000).unwrap().into()),
        KEY.replacen("pla", "🅟🅛🅰", 1),
        KEY.replacen("pla", "🇵🇱🇦", 1),
        KEY.replacen("sk", "ſ\u{212a}", 1),
        // Wide ones as the escapes of their bytes.
        wide_bytes(|byte| format!("%{byte:02X}")),
        wide_bytes(|byte| format!("%25{byte:02X}")),
        wide_bytes(|byte| format!("\\x{byte:02x}")),
        wide_bytes(|byte| format!("\\{byte:o}")),
        "𝐬𝐤".bytes().map(|byte| format!("%{byte:02x}")).collect::<String>() + &KEY[2..],
    ]
}

/// The key in wide letters, each byte of them written so.
fn wide_bytes(write: impl Fn(u8) -> String) -> String {
    each(|c| char::from_u32(c as u32 + 0xfee0).unwrap().into()).bytes().map(write).collect()
}
