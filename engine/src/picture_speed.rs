//! Measures how long it takes to show a picture to a model: its tower first, then the model's reading of the tokens.

use std::sync::Arc;
use std::time::Instant;

use crate::engine::{EngineError, PROMPT_STEP};
use crate::model::Model;
use crate::session::Session;
use crate::vision::{Picture, PlacedPicture, Projector};

/// The time that a picture takes.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct PictureSpeed {
    /// Width in pixels in which it was shown.
    pub width: u32,
    /// Height in pixels in which it was shown.
    pub height: u32,
    /// Its tokens.
    pub tokens: usize,
    /// Seconds from its pixels to the rows that stand for it, the median of all repetitions.
    pub encode_seconds: f64,
    /// Seconds of processor time of all threads for the same, where it was told: they mean something beside other work, too.
    pub encode_processor_seconds: Option<f64>,
    /// The clock's seconds of the fastest and of the slowest repetition.
    pub encode_range: (f64, f64),
    /// Seconds in which the model reads the rows, the median of all repetitions.
    pub read_seconds: f64,
}

/// A picture of many colours and edges, so many pixels a side.
///
/// # Panics
/// If `side` is 0 or more than 8,192.
pub fn bench_picture(side: u32) -> Picture {
    assert!((1..=8192).contains(&side), "a side of {side} pixels");
    let shade = |x: u32, y: u32| {
        let (dx, dy) = (i64::from(x) * 2 - i64::from(side), i64::from(y) * 2 - i64::from(side));
        let ring = (dx * dx + dy * dy) / (i64::from(side) * 16 + 1) % 256;
        [ring as u8, (x * 255 / side) as u8, (y * 255 / side) as u8 ^ (x / 32 * 37) as u8]
    };
    let pixels = (0..side).flat_map(|y| (0..side).flat_map(move |x| shade(x, y)));
    Picture::from_rgb(side, side, pixels.collect()).expect("three bytes a pixel, and few enough pixels")
}

/// Shows a picture `repeat` times, at least once, and measures. `processor` tells the seconds of processor time that the process
/// has taken so far, where the system does.
///
/// # Errors
/// When the picture or the projector does not suit the model.
pub fn picture_speed(
    model: &Model,
    projector: &Projector,
    picture: &Picture,
    repeat: usize,
    processor: impl Fn() -> Option<f64>,
) -> Result<PictureSpeed, EngineError> {
    projector.check_model(model)?;
    let shown = projector.resized(picture)?;
    let (mut encode, mut worked, mut read, mut tokens) = (Vec::new(), Vec::new(), Vec::new(), 0);
    // The first one pays for reading the file.
    for repetition in 0..=repeat.max(1) {
        let (since, before) = (Instant::now(), processor());
        let rows = Arc::new(projector.encode(model, picture)?);
        let encoded = since.elapsed().as_secs_f64();
        let processor = before.zip(processor()).map(|(before, after)| after - before);
        tokens = rows.tokens();
        let columns = rows.columns;
        let mut session = Session::new(model);
        let placed = PlacedPicture { begin: 0, tokens, columns, first_row: 0, picture: shown.clone() };
        session.show(placed, rows)?;
        let ids = vec![0; tokens];
        let step = if model.config().pictures_whole() { tokens } else { PROMPT_STEP };
        let since = Instant::now();
        for ids in ids.chunks(step) {
            session.feed(ids, false)?;
        }
        if repetition > 0 {
            encode.push(encoded);
            worked.extend(processor);
            read.push(since.elapsed().as_secs_f64());
        }
    }
    let range =
        (encode.iter().copied().fold(f64::INFINITY, f64::min), encode.iter().copied().fold(0.0, f64::max));
    Ok(PictureSpeed {
        width: shown.width(),
        height: shown.height(),
        tokens,
        encode_seconds: median(encode),
        encode_processor_seconds: (!worked.is_empty()).then(|| median(worked)),
        encode_range: range,
        read_seconds: median(read),
    })
}

fn median(mut seconds: Vec<f64>) -> f64 {
    seconds.sort_by(f64::total_cmp);
    seconds[seconds.len() / 2]
}
