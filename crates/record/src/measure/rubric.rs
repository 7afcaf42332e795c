//! The rubric of a prompt, which asks what is to be there: which detectors look, and with what numbers. Read from the
//! prompt's file.

use serde::{Deserialize, Serialize};

/// Items in a rubric: a page shows them all.
const MOST: usize = 20;
/// Wheels that can be asked for: more in a row are a train.
const MOST_WHEELS: u32 = 6;

/// The parts that a good drawing of one prompt has; empty when the prompt declares none.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Rubric {
    /// The items, in the order in which they are told.
    pub items: Vec<RubricItem>,
}

/// A part that is looked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum RubricItem {
    /// This many wheels on one ground line; 0 is a vehicle that stands on none.
    Wheels(u32),
    /// Spokes in every wheel.
    Spokes,
    /// A frame that joins the wheels at this place.
    Frame(FrameJoint),
    /// A saddle above the frame, towards the rear wheel.
    Saddle,
    /// A handlebar above the front wheel.
    Handlebar,
    /// A rider above the vehicle, touching it.
    Rider,
    /// Legs that end near the pedals.
    Legs,
    /// An eye in the rider's head.
    Eye,
    /// A beak that points forward.
    Beak,
    /// A pouch under the beak.
    Pouch,
}

/// The place at which a frame joins a wheel.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum FrameJoint {
    /// At its hub, as a bicycle's does.
    #[default]
    Hub,
    /// Anywhere on it, as a board lies on its wheels.
    Wheel,
}

/// An item of a rubric as a prompt's file has it.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RubricEntry {
    find: Detector,
    count: Option<u32>,
    at: Option<FrameJoint>,
}

/// The detectors' names.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[expect(missing_docs, reason = "each is the item of that name")]
pub enum Detector {
    Wheels,
    Spokes,
    Frame,
    Saddle,
    Handlebar,
    Rider,
    Legs,
    Eye,
    Beak,
    Pouch,
}

impl Detector {
    /// Whether rules tell this item as a person does (docs/measures.md has the standard). What they don't is answered by
    /// those who look at the picture alone.
    #[must_use]
    pub fn is_told_by_rules(self) -> bool {
        !matches!(self, Detector::Saddle | Detector::Handlebar | Detector::Pouch)
    }
}

impl RubricItem {
    /// The detector that looks for it.
    #[must_use]
    pub fn name(self) -> Detector {
        match self {
            RubricItem::Wheels(_) => Detector::Wheels,
            RubricItem::Spokes => Detector::Spokes,
            RubricItem::Frame(_) => Detector::Frame,
            RubricItem::Saddle => Detector::Saddle,
            RubricItem::Handlebar => Detector::Handlebar,
            RubricItem::Rider => Detector::Rider,
            RubricItem::Legs => Detector::Legs,
            RubricItem::Eye => Detector::Eye,
            RubricItem::Beak => Detector::Beak,
            RubricItem::Pouch => Detector::Pouch,
        }
    }

    /// The item in words.
    #[must_use]
    pub fn words(self) -> &'static str {
        match self {
            RubricItem::Wheels(0) => "no wheels",
            RubricItem::Wheels(1) => "one wheel",
            RubricItem::Wheels(2) => "two wheels of like size on one ground line",
            RubricItem::Wheels(3) => "three wheels of like size on one ground line",
            RubricItem::Wheels(_) => "wheels of like size on one ground line",
            RubricItem::Spokes => "spokes in every wheel",
            RubricItem::Frame(FrameJoint::Hub) => "a frame that joins the hubs",
            RubricItem::Frame(FrameJoint::Wheel) => "something that joins the wheels",
            RubricItem::Saddle => "a saddle above the frame",
            RubricItem::Handlebar => "a handlebar above the front wheel",
            RubricItem::Rider => "a rider above the vehicle, touching it",
            RubricItem::Legs => "legs that end near the pedals",
            RubricItem::Eye => "an eye in the head",
            RubricItem::Beak => "a beak that points forward",
            RubricItem::Pouch => "a pouch under the beak",
        }
    }
}

impl Rubric {
    /// Settles a file's entries.
    ///
    /// # Errors
    /// The index of the entry at fault, and what is wrong with it.
    pub fn settle(entries: &[&RubricEntry]) -> Result<Self, (usize, String)> {
        let mut items: Vec<RubricItem> = Vec::with_capacity(entries.len());
        for (index, entry) in entries.iter().enumerate() {
            let fault = |words: String| Err((index, words));
            if index >= MOST {
                return fault(format!("has more than {MOST} items"));
            }
            let item = match entry.find {
                Detector::Wheels => match entry.count {
                    Some(count) if count <= MOST_WHEELS => RubricItem::Wheels(count),
                    Some(count) => return fault(format!("asks for {count} wheels, more than {MOST_WHEELS}")),
                    None => {
                        return fault("asks for wheels and does not say how many: give `count`".to_owned());
                    }
                },
                Detector::Frame => RubricItem::Frame(entry.at.unwrap_or_default()),
                Detector::Spokes => RubricItem::Spokes,
                Detector::Saddle => RubricItem::Saddle,
                Detector::Handlebar => RubricItem::Handlebar,
                Detector::Rider => RubricItem::Rider,
                Detector::Legs => RubricItem::Legs,
                Detector::Eye => RubricItem::Eye,
                Detector::Beak => RubricItem::Beak,
                Detector::Pouch => RubricItem::Pouch,
            };
            if entry.count.is_some() && entry.find != Detector::Wheels {
                return fault("has a `count`, which only wheels have".to_owned());
            }
            if entry.at.is_some() && entry.find != Detector::Frame {
                return fault("has an `at`, which only a frame has".to_owned());
            }
            if items.iter().any(|known| known.name() == entry.find) {
                return fault("names the same detector twice".to_owned());
            }
            items.push(item);
        }
        Ok(Self { items })
    }

    /// Wheels that the vehicle should have, as far as it says.
    pub fn wheels(&self) -> Option<u32> {
        self.items.iter().find_map(|item| match item {
            RubricItem::Wheels(count) => Some(*count),
            _ => None,
        })
    }
}
