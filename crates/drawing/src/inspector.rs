//! The stages of one inspection, each adding to the same answer.

use pelicycle_lowering::{AnimationMoment, VERDICT_SIDE};
use pelicycle_record::{Finding, FindingCode, Inspection, PictureMoment, RepairedDrawing, SvgFacts, Verdict};
use roxmltree::Document;

use super::bounds::DrawingBounds;
use super::extract::{CandidateSpan, EscapeKind, Extraction};
use super::picture::{self, DrawError, DrawnPicture};
use super::place::LineIndex;
use super::raster::{Raster, ResourceRequests};
use super::repair;
use super::repair_kind::Repair;
use super::survey::{self, DocumentSurvey};
use super::xml::{self, XmlReport};
use super::{browser, escape, rename, renderer_log};

/// One inspection under way.
pub(super) struct Inspector<'a> {
    bounds: &'a DrawingBounds,
    raster: u32,
    /// The styles of the page around the drawing.
    styles: String,
    out: Inspection,
    hand_out: &'a mut dyn FnMut(&Inspection),
}

impl<'a> Inspector<'a> {
    /// An inspection that begins with this answer, and hands out what is known before each dangerous part.
    pub(super) fn new(
        bounds: &'a DrawingBounds,
        raster: u32,
        blank: Inspection,
        hand_out: &'a mut dyn FnMut(&Inspection),
    ) -> Self {
        Self { bounds, raster, styles: String::new(), out: blank, hand_out }
    }

    /// Notes that the reply was `read` as UTF-16.
    pub(super) fn about_the_encoding(&mut self, read: bool) {
        if read {
            self.say(FindingCode::Utf16, "the reply is UTF-16; places are those of its text in UTF-8");
        }
    }

    /// Notes drawings in reasoning that came apart from the reply.
    pub(super) fn about_the_reasoning(&mut self, drawings: usize) {
        if drawings > 0 {
            let noun = if drawings == 1 { "drawing stands" } else { "drawings stand" };
            let message = format!(
                "{drawings} {noun} in the reasoning, which came apart from the reply, and is not judged"
            );
            self.say(FindingCode::DraftInThinking, message);
        }
    }

    /// Looks at the reply and at the drawing that was chosen in it.
    pub(super) fn look(mut self, reply: &[u8], extraction: &Extraction) -> Inspection {
        self.about_the_reply(reply, extraction);
        let styles = extraction.page_styles(reply);
        if !styles.trim().is_empty() && styles.len() <= self.bounds.css_bytes {
            let message = "the drawing stands in a page whose styles are its own; the picture has them, the drawing alone has not";
            self.say(FindingCode::PageStyles, message);
            self.styles = styles;
        }
        match extraction.chosen.map(|index| &extraction.spans[index]) {
            Some(span) => self.judge(reply, span),
            None => self.no_svg(reply, extraction),
        }
        self.out
    }

    fn say(&mut self, code: FindingCode, message: impl Into<String>) {
        self.out.check.findings.push(Finding::new(code, message));
    }

    fn say_at(&mut self, place: (u32, u32), code: FindingCode, message: impl Into<String>) {
        self.out.check.findings.push(Finding::at(place, code, message));
    }

    fn has(&self, code: &FindingCode) -> bool {
        self.out.check.findings.iter().any(|finding| finding.code == *code)
    }

    fn refuse(&mut self) {
        self.out.check.verdict = Verdict::Refused;
    }

    /// Findings that are about the reply around the drawing.
    fn about_the_reply(&mut self, reply: &[u8], extraction: &Extraction) {
        if reply.trim_ascii().is_empty() {
            self.say(FindingCode::EmptyReply, "the reply is empty");
        }
        if extraction.unclosed_thinking.is_some() {
            self.say(
                FindingCode::UnclosedThinking,
                "the thinking begins and never ends; everything after its mark is thinking",
            );
        }
        if extraction.unclosed_fence.is_some() {
            self.say(FindingCode::UnclosedFence, "a Markdown fence is opened and never closed");
        }
        let drafts = extraction.spans.iter().filter(|span| span.draft && !span.mention).count();
        if drafts > 0 {
            let noun = if drafts == 1 { "drawing stands" } else { "drawings stand" };
            let message = format!("{drafts} {noun} in the thinking and is not judged");
            self.say(FindingCode::DraftInThinking, message);
        }
        let whole =
            |span: &&CandidateSpan| span.complete && !span.draft && !span.mention && span.escape.is_none();
        let complete = extraction.spans.iter().filter(whole).count();
        if complete > 1 {
            let message = format!(
                "the reply holds {complete} complete drawings; the last that is no placeholder or detail is judged"
            );
            self.say(FindingCode::MultipleSvgs, message);
        }
        // Bytes of the drawing itself are told of with their place.
        let chosen = extraction.chosen.map(|index| &reply[extraction.spans[index].range.clone()]);
        if std::str::from_utf8(reply).is_err() && chosen.is_none_or(|svg| std::str::from_utf8(svg).is_ok()) {
            self.say(FindingCode::InvalidUtf8, "the reply is not valid UTF-8");
        }
        let mut outside = extraction.spans.iter().filter(|span| !span.draft);
        if let Some(escape) = outside.rfind(|span| span.escape.is_some()).and_then(|span| span.escape) {
            let how = match escape {
                EscapeKind::Html => "as HTML text (&lt;svg)",
                EscapeKind::Percent => "with percent signs (%3Csvg)",
                EscapeKind::Json => "as a JSON string (\\\")",
                EscapeKind::Address => "in a data address (characters such as %23)",
                EscapeKind::Base64 => "in a data address (base64)",
            };
            let message = format!("a drawing is in the reply, but escaped {how}; as it stands it is no SVG");
            self.say(FindingCode::EscapedContainer, message);
        }
    }

    /// Nothing in the reply is an SVG; one that is only escaped is shown as what it would be.
    fn no_svg(&mut self, reply: &[u8], extraction: &Extraction) {
        let escaped =
            extraction.spans.iter().rfind(|span| span.escape.is_some() && span.complete && !span.draft);
        let Some((span, kind)) = escaped.and_then(|span| Some((span, span.escape?))) else { return };
        let Some((unescape, mut text)) = escape::unescape(&reply[span.range.clone()], kind) else { return };
        if text.len() > self.bounds.svg_bytes {
            return;
        }
        (self.hand_out)(&self.out);
        let mut repairs = vec![unescape];
        let unescaped = text.clone();
        let report = xml::check(&text, false);
        if !report.faults.is_empty() {
            let Some(repaired) = repair::mend(&text, &report, false) else { return };
            repairs.extend(repaired.repairs);
            text = repaired.text;
        }
        self.show_repaired(&unescaped, text, &repairs);
    }

    /// Judges the chosen drawing.
    fn judge(&mut self, reply: &[u8], span: &CandidateSpan) {
        let bytes = &reply[span.range.clone()];
        self.out.range = Some(span.range.clone());
        self.out.svg = Some(bytes.to_vec());
        self.out.check.svg = Some(SvgFacts { bytes: bytes.len(), width: None, height: None, elements: None });
        self.out.active = survey::active_in_bytes(bytes);
        if bytes.len() > self.bounds.svg_bytes {
            let (length, bound) = (bytes.len(), self.bounds.svg_bytes);
            let message = format!("the drawing has {length} bytes, more than {bound} (bound svg_bytes)");
            self.say(FindingCode::ResourceLimit, message);
            return self.refuse();
        }
        let text = String::from_utf8_lossy(bytes);
        let lines = LineIndex::new(&text);
        let invalid = std::str::from_utf8(bytes).err();
        if let Some(error) = invalid {
            let place = lines.place(error.valid_up_to());
            self.say_at(place, FindingCode::InvalidUtf8, "these bytes are not valid UTF-8");
        }
        let report = xml::check(&text, !span.complete);
        self.about_the_markup(&report, &lines);
        if !span.complete {
            let by =
                if span.cut_by_mark { "its fence or the thinking around it ends" } else { "the reply ends" };
            let message = format!("{by} before the root element does");
            self.say_at(lines.place(text.len()), FindingCode::Truncated, message);
        }
        if self.passes_a_bound(&report, &lines) {
            self.refuse();
        } else if !span.complete || !report.faults.is_empty() || invalid.is_some() {
            self.out.check.verdict = if span.complete { Verdict::Malformed } else { Verdict::Truncated };
            self.repair(&text, &report, invalid.is_none());
        } else {
            self.parse(&text, &lines);
        }
    }

    /// Notes the faults of well-formedness.
    fn about_the_markup(&mut self, report: &XmlReport, lines: &LineIndex<'_>) {
        if let Some(facts) = &mut self.out.check.svg {
            facts.elements = Some(report.elements);
        }
        self.out.check.findings.extend(report.faults.iter().map(|fault| fault.located(lines)));
        if report.more > 0 {
            self.say(FindingCode::BadMarkup, format!("{} more faults are left out", report.more));
        }
    }

    /// Whether the text must not be parsed, and why.
    fn passes_a_bound(&mut self, report: &XmlReport, lines: &LineIndex<'_>) -> bool {
        if let Some(at) = report.entity_declaration {
            let message = "the document type declares entities; by our policy no such document is drawn, whatever the entities are";
            self.say_at(lines.place(at), FindingCode::DtdRefused, message);
        }
        let over = report.within(self.bounds).err();
        let refused = over.is_some();
        for words in over.into_iter().flatten() {
            self.say(FindingCode::ResourceLimit, words);
        }
        refused
    }

    /// Tries repairs on a drawing that is not well-formed: its verdict stands, and a repair may make a picture of it.
    fn repair(&mut self, text: &str, report: &XmlReport, valid: bool) {
        (self.hand_out)(&self.out);
        let cut = self.out.check.verdict == Verdict::Truncated;
        if let Some(repaired) = repair::mend(text, report, cut) {
            let doctype = report.doctype.clone().map(|range| &text[range]);
            let entities = repaired.repairs == [Repair::ReplaceEntities]
                && report.faults.iter().all(|fault| fault.code == FindingCode::UndefinedEntity)
                && doctype.is_some_and(browser::knows_entities);
            // Of namespaces that are declared twice a browser takes the first.
            let twice = !cut && report.faults.len() == report.redeclared;
            self.out.check.draws.browser =
                valid && (entities || twice) && browser::draws_text(&repaired.text);
            self.show_repaired(text, repaired.text, &repaired.repairs);
        } else if !valid && report.faults.is_empty() && !cut {
            self.show_repaired(text, text.to_owned(), &[Repair::ReplaceInvalidUtf8]);
        }
    }

    /// Gives a well-formed text to the renderer's own parser.
    fn parse(&mut self, text: &str, lines: &LineIndex<'_>) {
        match xml::parse(text) {
            Ok(document) => self.draw(&document, lines),
            Err(error) => {
                let place = error.pos();
                self.say_at((place.row, place.col), FindingCode::BadMarkup, error.to_string());
                self.out.check.verdict = Verdict::Malformed;
            }
        }
    }

    /// Draws a well-formed document: findings, bounds, and the picture.
    fn draw(&mut self, document: &Document<'_>, lines: &LineIndex<'_>) {
        let survey = survey::survey(document, self.bounds);
        let findings = survey.findings.iter().map(|finding| match finding.code {
            // A bound is passed by the drawing as a whole.
            FindingCode::ResourceLimit => Finding::new(FindingCode::ResourceLimit, &finding.message),
            _ => finding.located(lines),
        });
        self.out.check.findings.extend(findings);
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
            (self.hand_out)(&self.out);
            if let Some(repaired) = rename::rename(document) {
                self.show_repaired(document.input_text(), repaired.text, &repaired.repairs);
            }
            return;
        }
        self.refuse();
        (self.hand_out)(&self.out);
        let (drawn, logged) =
            renderer_log::listen(|| picture::draw(document, &self.styles, self.bounds, self.raster));
        self.out.check.findings.extend(renderer_log::findings(&logged, &survey));
        match drawn {
            Ok(picture) => {
                let moment = picture.moment;
                self.drawn(picture, &survey);
                self.resize(document, moment);
            }
            Err(error) => self.not_drawn(&error),
        }
    }

    /// Makes the picture of the size that was asked for; the verdict stands.
    fn resize(&mut self, document: &Document<'_>, moment: Option<AnimationMoment>) {
        if self.raster <= VERDICT_SIDE {
            return;
        }
        (self.hand_out)(&self.out);
        let drawn = renderer_log::listen(|| {
            picture::draw_sized(document, &self.styles, self.bounds, self.raster, moment)
        })
        .0;
        let (png, reduced) = match drawn {
            Ok(sized) => (Some(sized.png), sized.reduced),
            Err(error) => (None, Some(picture::reduced(VERDICT_SIDE, self.raster, &error.to_string()))),
        };
        if png.is_some() {
            self.out.png = png;
        }
        if let Some(words) = reduced {
            self.say(FindingCode::RasterReduced, words);
        }
    }

    fn drawn(&mut self, picture: DrawnPicture, survey: &DocumentSurvey) {
        let DrawnPicture { raster, requests, clamped, seconds, moment, unlowered, lacks_gradients } = picture;
        self.out.check.moment = moment.map(|moment| match moment {
            AnimationMoment::Start => PictureMoment::Start,
            AnimationMoment::FirstCycle => PictureMoment::FirstCycle,
        });
        self.about_resources(&requests);
        if unlowered {
            let message = "the drawing is too much to be written in the renderer's words: what only browsers know is passed over";
            self.say(FindingCode::RendererPassedOver, message);
        } else if lacks_gradients {
            let message = "the gradients of its masks or its ground are too many parts for the renderer: some are left out";
            self.say(FindingCode::RendererPassedOver, message);
        }
        if let Some(message) = clamped {
            self.say(FindingCode::SizeClamped, message);
        }
        // What the renderer leaves out, a browser shows.
        let shown_elsewhere = survey.findings.iter().any(|one| one.code == FindingCode::ForeignObjectIgnored);
        let seen = raster.visible || shown_elsewhere;
        self.out.check.verdict = if seen { Verdict::Drawn } else { Verdict::Blank };
        self.out.check.draws.resvg = true;
        if !seen {
            let message = match survey.paints {
                true => "the drawing draws, and nothing of it is visible on white",
                false => "the drawing holds nothing that could be drawn",
            };
            self.say(FindingCode::EmptyDrawing, message);
        } else if raster.uniform && !shown_elsewhere {
            self.say(FindingCode::SingleColour, "every pixel of the picture has the same colour");
        }
        if seconds > self.bounds.heavy_seconds {
            self.say(FindingCode::Heavy, format!("drawing takes some {seconds:.1} s of work, by count"));
        }
        self.out.png = Some(raster.png);
    }

    /// Sets the verdict on a document of which there is no picture; where a bound is the reason, the verdict is set already.
    fn not_drawn(&mut self, error: &DrawError) {
        match error {
            DrawError::OverBound(_) | DrawError::Panicked(_) => {
                self.say(FindingCode::ResourceLimit, error.to_string());
            }
            DrawError::NoSize => {
                self.out.check.verdict = Verdict::Unrenderable;
                if !self.has(&FindingCode::BadSize) {
                    self.say(FindingCode::BadSize, error.to_string());
                }
            }
            DrawError::Unrenderable(_) => {
                self.out.check.verdict = Verdict::Unrenderable;
                self.say(FindingCode::Unrenderable, error.to_string());
            }
        }
    }

    fn about_resources(&mut self, requests: &ResourceRequests) {
        for (family, taken) in &requests.missing_fonts {
            let message = format!("the font {family:?} is not bundled; {taken} stands in for it");
            self.say(FindingCode::FontFallback, message);
        }
        // The survey has placed it already, unless only the renderer came to see it.
        let placed = self.has(&FindingCode::EmbeddedImageRefused);
        for mime in requests.refused_data.iter().filter(|_| !placed) {
            let message = format!("embedded data of type {mime} is no picture that is shown");
            self.say(FindingCode::EmbeddedImageRefused, message);
        }
    }

    /// Draws a repaired text and keeps the picture beside the verdict, if there is something to see in it. What lost a shape of
    /// what was `written` is no repair.
    fn show_repaired(&mut self, written: &str, mut text: String, repairs: &[Repair]) {
        let mut repairs = repairs.to_vec();
        let good = |text: &str| {
            let report = xml::check(text, false);
            report.faults.is_empty()
                && report.within(self.bounds).is_ok()
                && text.len() <= self.bounds.svg_bytes
        };
        // Well-formed at last, its elements may be none of SVG.
        if good(&text)
            && let Some(renamed) = xml::parse(&text).ok().and_then(|document| rename::rename(&document))
        {
            repairs.extend(renamed.repairs);
            text = renamed.text;
        }
        let Some(document) = good(&text).then(|| xml::parse(&text).ok()).flatten() else { return };
        let survey = survey::survey(&document, self.bounds);
        let lost = repair::shapes_drawn(&document) < repair::shapes_written(written);
        if survey.over_bounds || !survey.root_is_svg || lost {
            return;
        }
        let (drawn, _) =
            renderer_log::listen(|| picture::draw(&document, &self.styles, self.bounds, self.raster));
        if let Ok(DrawnPicture { raster: Raster { mut png, visible: true, .. }, moment, .. }) = drawn {
            if self.raster > VERDICT_SIDE
                && let Ok(sized) =
                    picture::draw_sized(&document, &self.styles, self.bounds, self.raster, moment)
            {
                png = sized.png;
            }
            let name = Repair::names(&repairs);
            self.out.check.repaired = true;
            self.out.check.repair = Some(name.clone());
            self.out.repaired = Some(RepairedDrawing { name, svg: text.into_bytes(), png });
        }
    }
}
