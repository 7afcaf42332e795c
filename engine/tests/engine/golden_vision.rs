//! Models that see, against an independent implementation: pictures in their final size, towers' rows, places, logits and
//! greedy tokens.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use pelicycle_engine::Session;
use pelicycle_engine::model::{Arithmetic, Model, PictureRows};
use pelicycle_engine::vision::{Picture, PictureLimits, PlacedPicture, Projector};
use serde_json::Value;

use crate::support::{Reference, json, shared};

/// A model with its projectors, its reference and what the manifest says of it.
struct VisionCase {
    name: String,
    folder: PathBuf,
    entry: Value,
    reference: Reference,
}

impl VisionCase {
    fn path(&self, file: &str) -> PathBuf {
        self.folder.join(self.entry["files"][file]["file"].as_str().unwrap())
    }

    fn tolerance(&self, name: &str) -> f32 {
        self.entry["tolerances"][name].as_f64().unwrap() as f32
    }

    fn model(&self, threads: usize) -> Model {
        Model::open(&self.path("model_f16"), Some(threads), Arithmetic::Float32).unwrap()
    }

    /// Open for this model, without bounds but those that the reference was made with.
    fn projector(&self, file: &str, model: &Model) -> Projector {
        let processor = &self.entry["processor"];
        let limit = |key: &str| processor[key].as_u64().map(|n| usize::try_from(n).unwrap());
        let limits = PictureLimits {
            min_pixels: limit("min_pixels"),
            max_pixels: limit("max_pixels"),
            longest_edge: limit("longest_edge"),
            token_budget: limit("max_soft_tokens"),
            max_tokens: None,
        };
        let projector =
            Projector::open(&self.path(file), limits).unwrap_or_else(|e| panic!("{}: {e}", self.name));
        projector.check_model(model).unwrap_or_else(|e| panic!("{}: {e}", self.name));
        projector
    }

    fn pictures(&self) -> Vec<Picture> {
        let png = |entry: &Value| {
            let path = self.folder.join(entry["file"].as_str().unwrap());
            Picture::from_png(&std::fs::read(path).unwrap()).unwrap()
        };
        self.entry["pictures"].as_array().unwrap().iter().map(png).collect()
    }

    /// A picture in its final size, as the reference has it.
    fn resized(&self, picture: usize) -> Picture {
        let (shape, rgb) = self.reference.shaped_u8s(&format!("pic{picture}.resized_rgb"));
        let [height, width] = [shape[0], shape[1]].map(|side| u32::try_from(side).unwrap());
        Picture::from_rgb(width, height, rgb).unwrap()
    }

    /// The sequences: their tokens, and where their pictures stand.
    fn sequences(&self, pictures: &[Picture], rows: &[Arc<PictureRows>]) -> Vec<VisionSequence> {
        let list = self.entry["sequences"].as_array().unwrap();
        let sequence = |(number, entry): (usize, &Value)| {
            let ids = self.reference.u32s(&format!("seq{number}.ids"));
            let is_picture = self.reference.u32s(&format!("seq{number}.is_picture"));
            let mut of_picture = entry["pictures"]
                .as_array()
                .unwrap()
                .iter()
                .map(|p| usize::try_from(p.as_u64().unwrap()).unwrap());
            let (mut shown, mut now, mut done) = (Vec::new(), 0, 0);
            let mut at = 0;
            while at < ids.len() {
                let tokens = is_picture[at..].iter().take_while(|&&is| is == 1).count();
                if tokens == 0 {
                    at += 1;
                    continue;
                }
                if done == 0 {
                    now = of_picture.next().unwrap();
                }
                let picture = pictures[now].clone();
                let placed =
                    PlacedPicture { begin: at, tokens, columns: rows[now].columns, first_row: done, picture };
                shown.push((placed, Arc::clone(&rows[now])));
                done = if done + tokens == rows[now].tokens() { 0 } else { done + tokens };
                at += tokens;
            }
            assert!(of_picture.next().is_none() && done == 0, "{} seq{number}", self.name);
            VisionSequence { number, ids, shown }
        };
        list.iter().enumerate().map(sequence).collect()
    }
}

struct VisionSequence {
    number: usize,
    ids: Vec<u32>,
    shown: Vec<(PlacedPicture, Arc<PictureRows>)>,
}

impl VisionSequence {
    fn session<'a>(&self, model: &'a Model) -> Session<'a> {
        let mut session = Session::new(model);
        self.shown.iter().for_each(|(placed, rows)| session.show(placed.clone(), Arc::clone(rows)).unwrap());
        session
    }

    /// Logits after every token, fed in pieces of this length, or as near as pictures that are seen whole allow.
    fn logits(&self, model: &Model, piece: usize) -> Vec<f32> {
        let mut session = self.session(model);
        let mut logits = Vec::new();
        while session.position() < self.ids.len() {
            let begin = session.position();
            let mut end = (begin + piece).min(self.ids.len());
            let now = match session.feed(&self.ids[begin..end], true) {
                Ok(logits) => logits.to_vec(),
                // Nothing was fed: the step would have cut a picture that is seen whole.
                Err(_) => {
                    let cut = self.shown.iter().find(|(placed, _)| placed.begin < end && end < placed.end());
                    let (placed, _) = cut.unwrap();
                    end = if placed.begin > begin { placed.begin } else { placed.end() };
                    session.feed(&self.ids[begin..end], true).unwrap().to_vec()
                }
            };
            logits.extend(now);
        }
        logits
    }
}

/// Every model of the folder whose kind the engine knows.
fn cases() -> Vec<VisionCase> {
    let Some(shared) = shared() else { return Vec::new() };
    let folder = shared.join("vision");
    let manifest = json(&folder.join("manifest.json"));
    let case = |(name, entry): (&String, &Value)| VisionCase {
        name: name.clone(),
        folder: folder.clone(),
        reference: Reference::read(&folder.join(entry["reference"]["file"].as_str().unwrap())),
        entry: entry.clone(),
    };
    let mut cases: Vec<VisionCase> = manifest["models"].as_object().unwrap().iter().map(case).collect();
    assert!(cases.len() >= 8, "the folder is whole");
    if let Ok(beginning) = std::env::var("PELICYCLE_GOLDEN") {
        println!("only the models whose names begin with {beginning}");
        cases.retain(|case| case.name.starts_with(&beginning));
    }
    cases
}

fn largest_difference(a: &[f32], b: &[f32]) -> f32 {
    assert_eq!(a.len(), b.len());
    a.iter().zip(b).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max)
}

/// The largest difference of any of a picture's rows.
fn rows_difference(reference: &Reference, picture: usize, rows: &PictureRows) -> f32 {
    let (shape, embeds) = reference.f32s(&format!("pic{picture}.embeds"));
    assert_eq!([rows.tokens(), rows.width], [shape[0], shape[1]]);
    let mut difference = largest_difference(&embeds, &rows.embeddings);
    let deepstack = format!("pic{picture}.deepstack");
    let expected = if reference.has(&deepstack) { reference.f32s(&deepstack).1 } else { Vec::new() };
    difference = difference.max(largest_difference(&expected, &rows.deepstack.concat()));
    difference
}

fn folder_of(path: &Path) -> &Path {
    path.parent().unwrap().parent().unwrap()
}

#[test]
fn pictures_are_resized_and_seen_as_the_reference_sees_them() {
    for case in cases() {
        let model = case.model(2);
        let projector = case.projector("mmproj_f16", &model);
        let (mut tower, mut chain) = (0f32, 0f32);
        for (number, picture) in case.pictures().iter().enumerate() {
            let expected = case.resized(number);
            let resized = projector.resized(picture).unwrap();
            let sizes = [&resized, &expected].map(|picture| (picture.width(), picture.height()));
            assert_eq!(sizes[0], sizes[1], "{} picture {number}", case.name);
            let apart = resized.rgb().iter().zip(expected.rgb()).map(|(a, b)| a.abs_diff(*b));
            let (levels, differing) = (apart.clone().max().unwrap(), apart.filter(|&d| d > 0).count());
            let share = differing as f32 / expected.rgb().len() as f32;
            assert!(f32::from(levels) <= case.tolerance("resized_rgb_max"), "{} picture {number}", case.name);
            assert!(share <= case.tolerance("resized_rgb_share"), "{} picture {number}: {share}", case.name);

            let rows = projector.encode_as_it_is(&model, &expected).unwrap();
            tower = tower.max(rows_difference(&case.reference, number, &rows));
            let rows = match resized == expected {
                true => rows,
                false => projector.encode(&model, picture).unwrap(),
            };
            chain = chain.max(rows_difference(&case.reference, number, &rows));
            let grid = projector.token_grid(picture).unwrap();
            assert_eq!((rows.columns, rows.tokens()), (grid.0, grid.0 * grid.1));
        }
        println!("{}: rows differ by {tower:.1e}, from the PNG by {chain:.1e}", case.name);
        assert!(tower <= case.tolerance("embeds"), "{}: {tower}", case.name);
        assert!(chain <= case.tolerance("embeds_from_png"), "{}: {chain}", case.name);
    }
}

#[test]
fn projectors_of_other_types_see_the_same() {
    for case in cases() {
        let model = case.model(1);
        if !case.entry["files"]["mmproj_bf16"].is_null() {
            let [half, brain] = ["mmproj_f16", "mmproj_bf16"].map(|file| {
                let projector = case.projector(file, &model);
                projector.encode_as_it_is(&model, &case.resized(0)).unwrap()
            });
            assert_eq!(half, brain, "{}: every weight is exact in both", case.name);
        }
        if let Some(rounded) = case.entry["reference_mmproj_q8_0"]["file"].as_str() {
            let reference = Reference::read(&folder_of(&case.path("mmproj_q8_0")).join(rounded));
            let projector = case.projector("mmproj_q8_0", &model);
            for number in 0..case.pictures().len() {
                let rows = projector.encode_as_it_is(&model, &case.resized(number)).unwrap();
                let difference = rows_difference(&reference, number, &rows);
                assert!(
                    difference <= case.tolerance("embeds"),
                    "{} picture {number}: {difference}",
                    case.name
                );
            }
        }
    }
}

#[test]
fn logits_after_pictures_are_those_of_the_reference_in_any_pieces() {
    for case in cases() {
        let model = case.model(2);
        let projector = case.projector("mmproj_f16", &model);
        let count = case.pictures().len();
        let pictures: Vec<Picture> = (0..count).map(|number| case.resized(number)).collect();
        let rows: Vec<Arc<PictureRows>> = pictures
            .iter()
            .map(|picture| Arc::new(projector.encode_as_it_is(&model, picture).unwrap()))
            .collect();
        let mut largest = 0f32;
        for sequence in case.sequences(&pictures, &rows) {
            let name = format!("{} seq{}", case.name, sequence.number);
            let logits = sequence.logits(&model, sequence.ids.len());
            let (_, expected) = case.reference.f32s(&format!("seq{}.logits", sequence.number));
            largest = largest.max(largest_difference(&logits, &expected));
            for piece in [1, 7] {
                assert_eq!(sequence.logits(&model, piece), logits, "{name}: in pieces of {piece}");
            }
            let mut session = sequence.session(&model);
            let greedy = case.reference.u32s(&format!("seq{}.greedy", sequence.number));
            assert_eq!(session.greedy(&sequence.ids, greedy.len()).unwrap(), greedy, "{name}");

            let (_, places) = case.reference.i32s(&format!("seq{}.position_ids", sequence.number));
            let of_axis = |axis: usize| session.places().into_iter().map(move |place| place[axis]);
            let ours: Vec<i32> = (0..3)
                .flat_map(|axis| of_axis(axis).take(sequence.ids.len()))
                .map(|place| i32::try_from(place).unwrap())
                .collect();
            assert_eq!(ours, places, "{name}: places");
        }
        println!("{}: logits differ by {largest:.1e}", case.name);
        assert!(largest <= case.tolerance("logits"), "{}: {largest}", case.name);
    }
}
