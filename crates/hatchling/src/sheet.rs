//! Contact sheets: many pictures in one.

use std::path::Path;

use anyhow::Context;
use tiny_skia::{Color, FilterQuality, Pixmap, PixmapPaint, Transform};

const COLUMNS: usize = 5;
const CELL: (f32, f32) = (320.0, 240.0);
const GAP: f32 = 8.0;

/// Writes the pictures (PNG files in memory) as one PNG, five in a row.
pub(crate) fn write(path: &Path, pictures: &[&[u8]]) -> anyhow::Result<()> {
    let rows = pictures.len().div_ceil(COLUMNS).max(1);
    let size = |count: usize, cell: f32| (count as f32 * (cell + GAP) + GAP) as u32;
    let mut sheet = Pixmap::new(size(COLUMNS, CELL.0), size(rows, CELL.1)).context("an empty sheet")?;
    sheet.fill(Color::WHITE);
    let paint = PixmapPaint { quality: FilterQuality::Bilinear, ..PixmapPaint::default() };
    for (i, picture) in pictures.iter().enumerate() {
        let picture = Pixmap::decode_png(picture)?;
        let scale = (CELL.0 / picture.width() as f32).min(CELL.1 / picture.height() as f32);
        let (x, y) =
            ((i % COLUMNS) as f32 * (CELL.0 + GAP) + GAP, (i / COLUMNS) as f32 * (CELL.1 + GAP) + GAP);
        let place = Transform::from_translate(x, y).pre_scale(scale, scale);
        sheet.draw_pixmap(0, 0, picture.as_ref(), &paint, place, None);
    }
    std::fs::write(path, sheet.encode_png()?).with_context(|| path.display().to_string())
}
