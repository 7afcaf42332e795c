//! One inspection, from a reply to a verdict, in the order in which things get more dangerous.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::Instant;

use super::bounds::{Bounds, Options};
use super::extract::{Escape, Extraction, Span, extract};
use super::place::Lines;
use super::pool::Death;
use super::raster::{self, Asked, Raster};
use super::survey::{self, Picture};
use super::{browser, budget, escape, notes, repair, xml};
use pelicycle_record::{Check, Draws, Finding, Inspection, Repaired, SvgFacts, Verdict};

/// Inspects a reply in this process.
///
/// Only a worker and tests call this: a hostile drawing may abort the process or never return. Everybody else
/// asks a [`super::Pool`].
#[must_use]
pub fn inspect(reply: &[u8], options: &Options) -> Inspection {
    inspect_staged(reply, options, &mut |_| {})
}

/// As [`inspect`], handing out what is known before each dangerous part.
pub(super) fn inspect_staged(
    reply: &[u8],
    options: &Options,
    hand_out: &mut dyn FnMut(&Inspection),
) -> Inspection {
    let bounds = &options.bounds;
    if reply.len() > bounds.reply_bytes {
        return over_reply_bound(bounds);
    }
    let raster = options.raster.clamp(1, bounds.raster);
    let extraction = extract(reply);
    let mut inspector = Inspector { bounds, raster, out: blank_inspection(&extraction, bounds), hand_out };
    inspector.about_the_reply(reply, &extraction);
    match extraction.chosen.map(|index| &extraction.spans[index]) {
        Some(span) => inspector.judge(reply, span),
        None => inspector.no_svg(reply, &extraction),
    }
    let mut out = inspector.out;
    settle(&mut out.check.findings, bounds.findings);
    out
}

/// The answer to a reply that is too long to be looked at.
pub(super) fn over_reply_bound(bounds: &Bounds) -> Inspection {
    let mut out = blank_inspection(&Extraction::default(), bounds);
    out.check.verdict = Verdict::Refused;
    let message = format!("the reply is longer than {} bytes (bound reply_bytes)", bounds.reply_bytes);
    out.check.findings.push(Finding { code: "resource-limit".into(), message, line: None, column: None });
    out
}

/// The answer when a worker ended before its final one.
pub(super) fn died(partial: Option<Inspection>, death: &Death, bounds: &Bounds) -> Inspection {
    let what = death.words(bounds);
    let mut out = partial.unwrap_or_else(|| {
        let mut out = blank_inspection(&Extraction::default(), bounds);
        out.check.verdict = Verdict::Refused;
        out
    });
    let part = match out.check.verdict {
        Verdict::Refused => "looking at this drawing",
        // The verdict stood before: only the attempt to repair it was given up.
        _ => "repairing this drawing, which was given up,",
    };
    let message = format!("{part} {what}");
    out.check.findings.push(Finding { code: "resource-limit".into(), message, line: None, column: None });
    settle(&mut out.check.findings, bounds.findings + 1);
    out
}

fn blank_inspection(extraction: &Extraction, bounds: &Bounds) -> Inspection {
    Inspection {
        check: Check {
            verdict: Verdict::NoSvg,
            draws: Draws::default(),
            repaired: false,
            repair: None,
            candidates: extraction.candidates(bounds.candidates),
            findings: Vec::new(),
            svg: None,
        },
        range: None,
        svg: None,
        png: None,
        repaired: None,
        active: false,
        thinking: extraction.thinking.clone(),
    }
}

/// Orders findings by place, those without one first, and keeps the first `most`.
fn settle(findings: &mut Vec<Finding>, most: usize) {
    findings.sort_by_key(|finding| (finding.line, finding.column));
    findings.dedup();
    if findings.len() > most {
        let more = findings.len() - most;
        findings.truncate(most);
        let message = format!("{more} more findings are left out (bound findings)");
        findings.push(Finding { code: "more-findings".into(), message, line: None, column: None });
    }
}

struct Inspector<'a> {
    bounds: &'a Bounds,
    raster: u32,
    out: Inspection,
    hand_out: &'a mut dyn FnMut(&Inspection),
}

impl Inspector<'_> {
    fn say(&mut self, code: &str, message: impl Into<String>) {
        self.out.check.findings.push(Finding {
            code: code.into(),
            message: message.into(),
            line: None,
            column: None,
        });
    }

    fn say_at(&mut self, code: &str, message: impl Into<String>, (line, column): (u32, u32)) {
        let (line, column) = (Some(line), Some(column));
        self.out.check.findings.push(Finding { code: code.into(), message: message.into(), line, column });
    }

    fn refuse(&mut self) {
        self.out.check.verdict = Verdict::Refused;
    }

    /// Findings that are about the reply around the drawing.
    fn about_the_reply(&mut self, reply: &[u8], extraction: &Extraction) {
        if reply.trim_ascii().is_empty() {
            self.say("empty-reply", "the reply is empty");
        }
        if extraction.unclosed_thinking.is_some() {
            self.say(
                "unclosed-thinking",
                "the thinking begins and never ends; everything after its mark is thinking",
            );
        }
        if extraction.unclosed_fence.is_some() {
            self.say("unclosed-fence", "a Markdown fence is opened and never closed");
        }
        let drafts = extraction.spans.iter().filter(|span| span.draft && !span.mention).count();
        if drafts > 0 {
            let noun = if drafts == 1 { "drawing stands" } else { "drawings stand" };
            self.say("draft-in-thinking", format!("{drafts} {noun} in the thinking and is not judged"));
        }
        let whole = |span: &&Span| span.complete && !span.draft && !span.mention && span.escape.is_none();
        let complete = extraction.spans.iter().filter(whole).count();
        if complete > 1 {
            self.say(
                "multiple-svgs",
                format!("the reply holds {complete} complete drawings; the last is judged"),
            );
        }
        let outside = extraction.chosen.is_none_or(|_| std::str::from_utf8(reply).is_err());
        let chosen = extraction.chosen.map(|index| &reply[extraction.spans[index].range.clone()]);
        if outside
            && std::str::from_utf8(reply).is_err()
            && chosen.is_none_or(|svg| std::str::from_utf8(svg).is_ok())
        {
            self.say("invalid-utf8", "the reply is not valid UTF-8");
        }
        if let Some(span) = extraction.spans.iter().rfind(|span| span.escape.is_some() && !span.draft) {
            let how = match span.escape {
                Some(Escape::Html) => "as HTML text (&lt;svg)",
                Some(Escape::Percent) => "with percent signs (%3Csvg)",
                Some(Escape::Json) | None => "as a JSON string (\\\")",
            };
            self.say(
                "escaped-container",
                format!("a drawing is in the reply, but escaped {how}; as it stands it is no SVG"),
            );
        }
    }

    /// Nothing in the reply is an SVG; one that is only escaped is shown as what it would be.
    fn no_svg(&mut self, reply: &[u8], extraction: &Extraction) {
        let escaped =
            extraction.spans.iter().rfind(|span| span.escape.is_some() && span.complete && !span.draft);
        let Some((span, how)) = escaped.and_then(|span| Some((span, span.escape?))) else { return };
        let Some((name, text)) = escape::unescape(&reply[span.range.clone()], how) else { return };
        if text.len() <= self.bounds.svg_bytes {
            (self.hand_out)(&self.out);
            self.mend(&text, false, Some(name));
        }
    }

    fn judge(&mut self, reply: &[u8], span: &Span) {
        let bytes = &reply[span.range.clone()];
        self.out.range = Some(span.range.clone());
        self.out.svg = Some(bytes.to_vec());
        self.out.check.svg = Some(SvgFacts { bytes: bytes.len(), width: None, height: None, elements: None });
        self.out.active = survey::active_in_bytes(bytes);
        if bytes.len() > self.bounds.svg_bytes {
            let (length, bound) = (bytes.len(), self.bounds.svg_bytes);
            self.say(
                "resource-limit",
                format!("the drawing has {length} bytes, more than {bound} (bound svg_bytes)"),
            );
            return self.refuse();
        }
        let text = String::from_utf8_lossy(bytes);
        let lines = Lines::new(&text);
        let valid = std::str::from_utf8(bytes);
        if let Err(error) = &valid {
            self.say_at("invalid-utf8", "these bytes are not valid UTF-8", lines.place(error.valid_up_to()));
        }
        let found = xml::survey(&text, !span.complete);
        if let Some(facts) = &mut self.out.check.svg {
            facts.elements = Some(found.elements);
        }
        for fault in &found.faults {
            self.say_at(fault.code, fault.message.clone(), lines.place(fault.at));
        }
        if found.more > 0 {
            self.say("bad-markup", format!("{} more faults are left out", found.more));
        }
        if !span.complete {
            let by =
                if span.cut_by_mark { "its fence or the thinking around it ends" } else { "the reply ends" };
            let message = format!("{by} before the root element does");
            self.say_at("truncated", message, lines.place(text.len()));
        }
        if let Err(over) = found.within(self.bounds) {
            for words in over {
                self.say("resource-limit", words);
            }
            self.refuse();
        }
        if let Some(at) = found.entity_declaration {
            let message =
                "the document type declares entities; such documents are refused, whatever the entities are";
            self.say_at("dtd-refused", message, lines.place(at));
        }
        if self.out.check.verdict == Verdict::Refused {
            return;
        }
        if !span.complete || !found.faults.is_empty() || valid.is_err() {
            self.out.check.verdict = if span.complete { Verdict::Malformed } else { Verdict::Truncated };
            (self.hand_out)(&self.out);
            let mended = repair::mend(&text, &found, !span.complete);
            if let Some(mended) = &mended
                && valid.is_ok()
                && found.faults.iter().all(|fault| fault.code == "undefined-entity")
                && found.doctype.clone().is_some_and(|range| browser::knows_entities(&text[range]))
            {
                self.out.check.draws.browser =
                    mended.name == "replace-entities" && browser::draws_text(&mended.text);
            }
            return match mended {
                Some(mended) => self.mend(&mended.text, true, Some(&mended.name)),
                None if valid.is_err() && found.faults.is_empty() && span.complete => {
                    self.mend(&text, true, Some("replace-invalid-utf8"));
                }
                None => {}
            };
        }
        let parsing = roxmltree::ParsingOptions { allow_dtd: true, ..Default::default() };
        match roxmltree::Document::parse_with_options(&text, parsing) {
            Ok(document) => self.draw(&document, &lines),
            Err(error) => {
                let pos = error.pos();
                self.say_at("bad-markup", error.to_string(), (pos.row, pos.col));
                self.out.check.verdict = Verdict::Malformed;
            }
        }
    }

    /// A well-formed document: findings, bounds, and the picture.
    fn draw(&mut self, document: &roxmltree::Document<'_>, lines: &Lines<'_>) {
        let survey = survey::survey(document, self.bounds);
        for note in &survey.notes {
            match note.code {
                // A bound is passed by the drawing as a whole.
                "resource-limit" => self.say(note.code, note.message.clone()),
                code => self.say_at(code, note.message.clone(), lines.place(note.at)),
            }
        }
        self.out.active = survey.active;
        if let Some(facts) = &mut self.out.check.svg {
            (facts.width, facts.height) = (survey.size.width, survey.size.height);
            facts.elements = Some(survey.elements);
        }
        self.out.check.draws.browser = browser::draws(document, &survey.size);
        if survey.over_bounds {
            return self.refuse();
        }
        if !survey.root_is_svg {
            self.out.check.verdict = Verdict::Unrenderable;
            return;
        }
        self.refuse();
        (self.hand_out)(&self.out);
        let started = Instant::now();
        let (outcome, said) = notes::listen(|| picture(document, self.bounds, self.raster));
        for finding in survey::from_renderer(&said, &survey) {
            self.out.check.findings.push(finding);
        }
        match outcome {
            Outcome::Drawn(raster, asked, clamped) => {
                self.asked(&asked);
                if let Some(message) = clamped {
                    self.say("size-clamped", message);
                }
                self.out.check.verdict = if raster.visible { Verdict::Drawn } else { Verdict::Blank };
                self.out.check.draws.resvg = true;
                if !raster.visible {
                    let message = match survey.picture {
                        Picture::Empty => "the drawing holds nothing that could be drawn",
                        Picture::Some => "the drawing draws, and nothing of it is visible on white",
                    };
                    self.say("empty-drawing", message);
                } else if raster.uniform {
                    self.say("single-colour", "every pixel of the picture has the same colour");
                }
                let took = started.elapsed().as_millis();
                if took > u128::from(self.bounds.heavy_milliseconds) {
                    let bound = self.bounds.heavy_milliseconds;
                    self.say("heavy", format!("drawing takes more than {bound} ms"));
                }
                self.out.png = Some(raster.png);
            }
            Outcome::Over(message) => self.say("resource-limit", message),
            Outcome::NoSize => {
                self.out.check.verdict = Verdict::Unrenderable;
                if !self.out.check.findings.iter().any(|finding| finding.code == "bad-size") {
                    self.say("bad-size", "the drawing has no size to draw by");
                }
            }
            // The renderer has bounds of its own; a ring of references ends there.
            Outcome::NoTree(
                error @ (usvg::Error::ElementsLimitReached
                | usvg::Error::ParsingFailed(roxmltree::Error::NodesLimitReached)),
            ) => self.say(
                "resource-limit",
                format!("the renderer's own bound on elements or depth is passed: {error}"),
            ),
            Outcome::NoTree(error) => {
                self.out.check.verdict = Verdict::Unrenderable;
                self.say("unrenderable", format!("the renderer gives up: {error}"));
            }
            Outcome::Panicked(words) => {
                self.say("resource-limit", format!("the renderer broke down: {words}"));
            }
        }
    }

    fn asked(&mut self, asked: &Asked) {
        for (family, taken) in &asked.missing_fonts {
            self.say(
                "font-fallback",
                format!("the font {family:?} is not bundled; {taken} stands in for it"),
            );
        }
        // The walk has placed it already, unless only the renderer came to see it.
        let placed = self.out.check.findings.iter().any(|finding| finding.code == "embedded-image-refused");
        for mime in asked.refused_data.iter().filter(|_| !placed) {
            self.say(
                "embedded-image-refused",
                format!("embedded data of type {mime} is no picture that is shown"),
            );
        }
    }

    /// Draws a repaired text and keeps the picture beside the verdict, if it is one.
    fn mend(&mut self, text: &str, well_formed: bool, name: Option<&str>) {
        let mut names: Vec<String> = name.map(str::to_owned).into_iter().collect();
        let mut text = text.to_owned();
        if !well_formed {
            let found = xml::survey(&text, false);
            if !found.faults.is_empty() {
                let Some(mended) = repair::mend(&text, &found, false) else { return };
                names.push(mended.name);
                text = mended.text;
            }
        }
        let found = xml::survey(&text, false);
        let within = found.faults.is_empty()
            && found.within(self.bounds).is_ok()
            && text.len() <= self.bounds.svg_bytes;
        if !within {
            return;
        }
        let parsing = roxmltree::ParsingOptions { allow_dtd: true, ..Default::default() };
        let Ok(document) = roxmltree::Document::parse_with_options(&text, parsing) else { return };
        let survey = survey::survey(&document, self.bounds);
        if survey.over_bounds || !survey.root_is_svg {
            return;
        }
        let (outcome, _) = notes::listen(|| picture(&document, self.bounds, self.raster));
        if let Outcome::Drawn(Raster { png, visible: true, .. }, ..) = outcome {
            let name = names.join("+");
            self.out.check.repaired = true;
            self.out.check.repair = Some(name.clone());
            self.out.repaired = Some(Repaired { name, svg: text.into_bytes(), png });
        }
    }
}

/// How the renderer got on.
enum Outcome {
    Drawn(Raster, Asked, Option<String>),
    Over(String),
    NoSize,
    NoTree(usvg::Error),
    Panicked(String),
}

/// Reads, measures and draws; a panic of the renderer is an outcome like another.
fn picture(document: &roxmltree::Document<'_>, bounds: &Bounds, longest: u32) -> Outcome {
    let work = || match raster::read(document, bounds) {
        Ok((tree, asked)) => match budget::check(&tree, bounds, longest) {
            Ok(()) => match raster::draw(&tree, longest) {
                Some(raster) => Outcome::Drawn(raster, asked, clamped(&tree, longest)),
                None => Outcome::Over("the picture could not be made".to_owned()),
            },
            Err(message) => Outcome::Over(message),
        },
        Err(usvg::Error::InvalidSize) => Outcome::NoSize,
        Err(error) => Outcome::NoTree(error),
    };
    catch_unwind(AssertUnwindSafe(work)).unwrap_or_else(|panic| {
        let words = panic.downcast_ref::<&str>().map(|words| (*words).to_owned());
        let words = words.or_else(|| panic.downcast_ref::<String>().cloned());
        Outcome::Panicked(words.unwrap_or_else(|| "without a word".to_owned()))
    })
}

/// Tells when the drawing's own size is out of all proportion to the raster.
fn clamped(tree: &usvg::Tree, longest: u32) -> Option<String> {
    let (width, height) = (tree.size().width(), tree.size().height());
    let (raster_width, raster_height) = raster::canvas(tree, longest);
    let huge = width.max(height) > HUGE;
    let thin = width.min(height) / width.max(height) * (longest as f32) < 0.5;
    (huge || thin).then(|| {
        format!("the drawing asks for {width} x {height} units; it is drawn on {raster_width} x {raster_height} pixels")
    })
}

/// User units beyond which a size is not meant as pixels.
const HUGE: f32 = 16_384.0;
