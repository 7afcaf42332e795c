//! Taking an attempt's files into the site: rasters and texts, whole or not at all, and read again only when they
//! changed.

use std::io;
use std::path::{Path, PathBuf};

use pelicycle_picture::{PixelPicture, THUMBNAIL_VERSION, picture_size, thumbnail_sizes, thumbnails};
use pelicycle_text::plain_file;
use serde::Serialize;

use super::cache::{BuildCache, CachedFiles};
use super::site::{MadeFrom, Site};
use super::view::{AttemptPictures, SitePicture, TinyPicture, folder};
use super::{Exhibit, GalleryError, moving, texts};

/// A file that could not be taken in, and why.
pub(super) type IntakeProblem = (PathBuf, String);

/// An attempt whose files are in the site.
#[derive(Debug)]
pub(super) struct HungFiles {
    pub(super) pictures: AttemptPictures,
    /// Notes for the next build; none when it should look again.
    pub(super) cached: Option<CachedFiles>,
    pub(super) problems: Vec<IntakeProblem>,
    /// The texts that could not be taken in.
    pub(super) missing: MissingTexts,
}

/// The texts of an attempt that could not be taken in.
#[derive(Debug, Default, Clone, Copy, Serialize)]
pub(super) struct MissingTexts {
    pub(super) reply: bool,
    pub(super) thinking: bool,
    pub(super) svg: bool,
}

/// Names of an attempt's texts in the site: every text goes out under a name that no browser runs, the drawing too.
pub(super) const REPLY: &str = "reply.txt";
pub(super) const THINKING: &str = "thinking.txt";
pub(super) const SVG: &str = "drawing.svg.txt";
/// The drawing as a moving image, where it moves: the one text that a browser opens, and held to `moving.rs` for that.
const MOVING: &str = "moving.svg";

/// The attempt, if the site holds its files as they are: nothing of them is read.
pub(super) fn unchanged(
    site: &Site,
    exhibit: &Exhibit<'_>,
    cache: &BuildCache,
    stamp: &str,
) -> Option<HungFiles> {
    let cached = cache.get(exhibit.attempt.id.as_str(), stamp)?;
    let path = |name: &str| format!("{}/{name}", folder(exhibit.attempt));
    let files = &exhibit.files;
    let texts = [(&files.reply, REPLY), (&files.thinking, THINKING), (&files.svg, SVG)];
    let mut paths: Vec<String> =
        texts.into_iter().filter(|(file, _)| file.is_some()).map(|(_, name)| path(name)).collect();
    let mut pictures = AttemptPictures::default();
    if let Some(size) = cached.drawing {
        let (small, large) = hang(&path("drawing"), size);
        paths.extend(files_of(&small).chain([large.href.clone()]));
        (pictures.small, pictures.large) = (Some(small), Some(large));
    }
    if let Some(size) = cached.repaired {
        let (small, large) = hang(&path("repaired"), size);
        paths.extend(files_of(&small).chain([large.href.clone()]));
        (pictures.repaired_small, pictures.repaired_large) = (Some(small), Some(large));
    }
    if cached.moves {
        let moving = path(MOVING);
        paths.push(moving.clone());
        pictures.moving = Some(moving);
    }
    site.keep_as_they_are(&paths).then(|| HungFiles {
        pictures,
        cached: Some(cached.clone()),
        problems: Vec::new(),
        missing: MissingTexts::default(),
    })
}

/// The small picture and the large one of a raster, by where they lie and the large one's size.
fn hang(stem: &str, (width, height): (u32, u32)) -> (SitePicture, SitePicture) {
    let [small, tiny] = thumbnail_sizes((width, height));
    let tiny = (tiny != small).then(|| TinyPicture { href: format!("{stem}-tiny.png"), width: tiny.0 });
    (
        SitePicture { href: format!("{stem}-small.png"), width: small.0, height: small.1, tiny },
        SitePicture { href: format!("{stem}.png"), width, height, tiny: None },
    )
}

/// The files that a small picture is.
fn files_of(small: &SitePicture) -> impl Iterator<Item = String> {
    [small.href.clone()].into_iter().chain(small.tiny.as_ref().map(|tiny| tiny.href.clone()))
}

/// Takes an attempt's files into the site. `made_small` is told of the pixels of a small picture of the drawing that was made anew,
/// once all of the attempt's pictures are in the site.
pub(super) fn anew(
    site: &Site,
    exhibit: &Exhibit<'_>,
    stamp: Option<String>,
    made_small: impl FnOnce(&AttemptPictures, &PixelPicture) -> Result<(), GalleryError>,
) -> Result<HungFiles, GalleryError> {
    let mut problems = Vec::new();
    let mut pictures = AttemptPictures::default();
    let (mut drawing, mut repaired, mut pixels) = (None, None, None);
    let path = |name: &str| format!("{}/{name}", folder(exhibit.attempt));
    if let Some(file) = &exhibit.files.png {
        match raster(site, file, &path("drawing"))? {
            TakenRaster::Taken(size, made) => {
                let (small, large) = hang(&path("drawing"), size);
                (pictures.small, pictures.large, drawing) = (Some(small), Some(large), Some(size));
                pixels = made;
            }
            TakenRaster::Unusable(why) => {
                pictures.problem = Some(why.clone());
                problems.push((file.clone(), why));
            }
        }
    }
    if let Some(file) = &exhibit.files.repaired_png {
        match raster(site, file, &path("repaired"))? {
            TakenRaster::Taken(size, _) => {
                let (small, large) = hang(&path("repaired"), size);
                (pictures.repaired_small, pictures.repaired_large) = (Some(small), Some(large));
                repaired = Some(size);
            }
            TakenRaster::Unusable(why) => problems.push((file.clone(), why)),
        }
    }
    let mut text = |file: &Option<PathBuf>, name: &str| -> Result<bool, GalleryError> {
        let Some(file) = file else { return Ok(false) };
        match read(file) {
            Ok(content) => site.put(&path(name), &content).map(|()| false),
            Err(error) => {
                problems.push((file.clone(), error.to_string()));
                Ok(true)
            }
        }
    };
    let missing = MissingTexts {
        reply: text(&exhibit.files.reply, REPLY)?,
        thinking: text(&exhibit.files.thinking, THINKING)?,
        svg: text(&exhibit.files.svg, SVG)?,
    };
    let moves = moving(site, exhibit, &path(MOVING))?;
    pictures.moving = moves.then(|| path(MOVING));
    if let Some(pixels) = pixels {
        made_small(&pictures, &pixels)?;
    }
    let cached =
        stamp.filter(|_| problems.is_empty()).map(|stamp| CachedFiles { stamp, drawing, repaired, moves });
    Ok(HungFiles { pictures, cached, problems, missing })
}

/// Puts the drawing into the site as a moving image, if it moves and may go out so.
fn moving(site: &Site, exhibit: &Exhibit<'_>, path: &str) -> Result<bool, GalleryError> {
    let shown = exhibit.attempt.is_drawn() && texts::shows_in_browser(exhibit.attempt, exhibit.files.active);
    let svg = exhibit.files.svg.as_ref().filter(|_| shown).and_then(|file| read(file).ok());
    let Some(svg) = svg.filter(|svg| moving::moves_safely(svg)) else { return Ok(false) };
    site.put(path, &svg).map(|()| true)
}

/// The outcome of taking in one raster.
enum TakenRaster {
    /// It is in the site; its width and height, and the pixels of its larger small copy, where that was made anew.
    Taken((u32, u32), Option<PixelPicture>),
    /// It cannot be shown, with the reason.
    Unusable(String),
}

/// Takes one raster and its small copies into the site.
fn raster(site: &Site, file: &Path, stem: &str) -> Result<TakenRaster, GalleryError> {
    let read = read(file).map_err(|error| error.to_string()).and_then(|png| {
        let size = picture_size(&png).map_err(|error| error.to_string())?;
        Ok((png, size))
    });
    let (png, size) = match read {
        Ok(read) => read,
        Err(why) => return Ok(TakenRaster::Unusable(why)),
    };
    let source = format!("{}-{}", THUMBNAIL_VERSION, blake3::hash(&png).to_hex());
    let (small, large) = hang(stem, size);
    let mut pixels = None;
    if !files_of(&small).all(|file| site.keep(&file, MadeFrom::source(&source))) {
        match thumbnails(&png) {
            Ok(made) => {
                for (file, made) in files_of(&small).zip(&made.files) {
                    site.put_made_from(&file, made, MadeFrom::source(&source))?;
                }
                pixels = Some(made.small);
            }
            Err(error) => return Ok(TakenRaster::Unusable(error.to_string())),
        }
    }
    site.put(&large.href, &png)?;
    Ok(TakenRaster::Taken(size, pixels))
}

/// Reads a file of a bounded length.
pub(super) fn read(path: &Path) -> io::Result<Vec<u8>> {
    plain_file::read(path, plain_file::KEPT_BYTES)
}
