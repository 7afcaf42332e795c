//! `%` as a call, since it also fills in texts, which the interpreter's operator can't.

use super::tag_token::{TagToken, TagTokenKind};

/// The name of the function that stands for `%`.
pub(super) const REMAINDER: &str = "__remainder__";

/// Names that stand between operands.
const WORDS: &[&str] = &["and", "or", "not", "if", "else", "in", "is"];

/// Writes a tag with a call in place of every `%`. That binds as `*` and `/` do, so what stands left of it is the whole
/// row of factors before it, and what stands right of it the next factor.
pub(super) fn write_calls(inner: &str, tokens: &[TagToken], out: &mut String) {
    let solid: Vec<TagToken> =
        tokens.iter().copied().filter(|token| token.0 != TagTokenKind::Blank).collect();
    let is = |index: usize, sought: &str| {
        solid.get(index).is_some_and(|&(_, begin, end)| &inner[begin..end] == sought)
    };
    let (mut opened, mut closed) = (vec![0_usize; solid.len() + 1], vec![0_usize; solid.len() + 1]);
    let mut calls = vec![false; solid.len()];
    let closes = closing_brackets(&solid);
    // The first name of a statement is no operand.
    let begin = usize::from(inner.starts_with("{%"));
    let (mut start, mut operand, mut outer) = (begin, false, Vec::new());
    for (index, &(kind, from, to)) in solid.iter().enumerate().skip(begin) {
        let token = &inner[from..to];
        let attribute = index > 0 && (is(index - 1, ".") || is(index - 1, "|"));
        match kind {
            TagTokenKind::Open => {
                outer.push(if operand { start } else { start.min(index) });
                (start, operand) = (index + 1, false);
            }
            TagTokenKind::Close => (start, operand) = (outer.pop().unwrap_or(start), true),
            TagTokenKind::Name if WORDS.contains(&token) && !attribute => {
                (start, operand) = (index + 1, false);
            }
            TagTokenKind::Name | TagTokenKind::Number | TagTokenKind::Text => {
                if operand && !attribute && kind != TagTokenKind::Text {
                    start = index;
                }
                operand = true;
            }
            TagTokenKind::Operator if matches!(token, "." | "|" | "*" | "/" | "//" | "**") => operand = false,
            TagTokenKind::Operator if token == "%" && operand => {
                opened[start] += 1;
                closed[factor_end(index + 1, &solid, &closes, inner)] += 1;
                (calls[index], operand) = (true, false);
            }
            TagTokenKind::Operator if matches!(token, "-" | "+") && !operand => {}
            TagTokenKind::Operator | TagTokenKind::Blank => (start, operand) = (index + 1, false),
        }
    }
    let mut copied = 0;
    for (index, &(_, from, to)) in solid.iter().enumerate() {
        out.push_str(&inner[copied..from]);
        (0..opened[index]).for_each(|_| out.extend([REMAINDER, "("]));
        out.push_str(if calls[index] { "," } else { &inner[from..to] });
        (0..closed[index + 1]).for_each(|_| out.push(')'));
        copied = to;
    }
    out.push_str(&inner[copied..]);
}

/// For every bracket that opens, which one closes it.
fn closing_brackets(tokens: &[TagToken]) -> Vec<usize> {
    let (mut closes, mut open) = (vec![tokens.len(); tokens.len()], Vec::new());
    for (index, token) in tokens.iter().enumerate() {
        match token.0 {
            TagTokenKind::Open => open.push(index),
            TagTokenKind::Close => {
                if let Some(opening) = open.pop() {
                    closes[opening] = index;
                }
            }
            _ => {}
        }
    }
    closes
}

/// The place behind a factor that begins at `at`: signs, an operand, what is called, looked up and filtered of it, and
/// its powers.
fn factor_end(mut at: usize, tokens: &[TagToken], closes: &[usize], inner: &str) -> usize {
    let is = |index: usize, sought: &[&str]| {
        tokens.get(index).is_some_and(|&(kind, begin, end)| {
            kind != TagTokenKind::Text && sought.contains(&&inner[begin..end])
        })
    };
    let behind = |at: usize| match tokens.get(at) {
        Some((TagTokenKind::Open, ..)) => (closes[at] + 1).min(tokens.len()),
        Some(_) => at + 1,
        None => at,
    };
    loop {
        while is(at, &["-", "+"]) {
            at += 1;
        }
        at = behind(at);
        while matches!(tokens.get(at), Some((TagTokenKind::Text, ..))) {
            at += 1;
        }
        loop {
            if is(at, &["(", "["]) {
                at = behind(at);
            } else if is(at, &[".", "|"]) {
                at = behind(at + 1);
            } else {
                break;
            }
        }
        if !is(at, &["**"]) {
            return at;
        }
        at += 1;
    }
}
