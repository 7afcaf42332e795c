//! The automaton that a form is: places in a reply, and which byte leads from one to another.

use super::string_bytes::{StringByte, StringPlace};

/// A node's index; what follows a node has a lower one.
pub(super) type NodeId = u32;

/// The node at which a reply is over.
pub(super) const END: NodeId = 0;

/// A place in the automaton: the bytes that may come there.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum FormNode {
    /// One of these bytes, in order, each with what follows. None at the end.
    Bytes(Vec<(u8, NodeId)>),
    /// The inside of a string of at most so many bytes, and its closing quote.
    Text { most: u16, next: NodeId },
    /// Any bytes up to a mark, and the mark.
    Free { mark: EndMark, next: NodeId },
    /// A digit of one of the four numbers of an area: the tens of its hundredths, or the ones.
    AreaDigit { number: u8, ones: bool, next: NodeId },
}

/// A mark that is looked for in any text.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct EndMark {
    pub(super) bytes: Vec<u8>,
    /// By bytes of it that stand there: how many of them still count when the next one is another (Knuth, Morris, Pratt).
    back: Vec<u16>,
}

impl EndMark {
    pub(super) fn new(mark: &str) -> EndMark {
        let bytes = mark.as_bytes().to_vec();
        let mut back = vec![0_u16; bytes.len()];
        let mut same = 0;
        for at in 1..bytes.len() {
            back[at] = same;
            while same > 0 && bytes[usize::from(same)] != bytes[at] {
                same = back[usize::from(same)];
            }
            same += u16::from(bytes[usize::from(same)] == bytes[at]);
        }
        EndMark { bytes, back }
    }

    /// The number of its bytes that stand there after one more, when so many stood there before.
    fn step(&self, mut stood: u16, byte: u8) -> u16 {
        while stood > 0 && self.bytes[usize::from(stood)] != byte {
            stood = self.back[usize::from(stood)];
        }
        stood + u16::from(self.bytes[usize::from(stood)] == byte)
    }
}

/// A place in a reply.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct FormPlace {
    pub(super) node: NodeId,
    /// Bytes of a string that are taken, or of a mark that stand there.
    pub(super) used: u16,
    pub(super) string: StringPlace,
    /// Hundredths of an area: its left and its top, and the tens of the number under way.
    area: [u8; 3],
}

impl FormPlace {
    pub(super) fn at(node: NodeId) -> FormPlace {
        FormPlace { node, used: 0, string: StringPlace::Between, area: [0; 3] }
    }

    fn followed_by(self, node: NodeId) -> FormPlace {
        FormPlace { node, used: 0, string: StringPlace::Between, ..self }
    }
}

/// A form that a reply is held to.
#[derive(Debug, Clone, PartialEq)]
pub struct ReplyForm {
    pub(super) nodes: Vec<FormNode>,
    /// By node: the fewest bytes from there to the end.
    pub(super) closing: Vec<usize>,
    pub(super) start: NodeId,
}

impl ReplyForm {
    pub(super) fn beginning(&self) -> FormPlace {
        FormPlace::at(self.start)
    }

    /// The place after a byte; none where it can't stand.
    pub(super) fn step(&self, place: FormPlace, byte: u8) -> Option<FormPlace> {
        match &self.nodes[place.node as usize] {
            FormNode::Bytes(edges) => {
                let found = edges.iter().find(|(edge, _)| *edge == byte)?;
                Some(place.followed_by(found.1))
            }
            FormNode::Text { most, next } => match place.string.step(byte)? {
                StringByte::Quote => Some(place.followed_by(*next)),
                StringByte::Content(string, takes) => {
                    let used = place.used.checked_add(u16::from(takes))?;
                    (used <= *most).then_some(FormPlace { used, string, ..place })
                }
            },
            FormNode::Free { mark, next } => {
                let used = mark.step(place.used, byte);
                let whole = usize::from(used) == mark.bytes.len();
                Some(if whole { place.followed_by(*next) } else { FormPlace { used, ..place } })
            }
            FormNode::AreaDigit { number, ones, next } => area_digit(place, *number, *ones, *next, byte),
        }
    }

    /// The place after several bytes; none where they can't stand.
    pub(super) fn after(&self, place: FormPlace, bytes: &[u8]) -> Option<FormPlace> {
        bytes.iter().try_fold(place, |place, &byte| self.step(place, byte))
    }

    /// The mark that ends the reasoning.
    pub(super) fn mark(&self) -> Option<&EndMark> {
        self.nodes.iter().find_map(|node| match node {
            FormNode::Free { mark, .. } => Some(mark),
            _ => None,
        })
    }

    /// The bytes that have to be written, or may have to be; inside a string, its end alone.
    pub(super) fn bytes(&self) -> impl Iterator<Item = u8> + '_ {
        self.nodes.iter().flat_map(|node| match node {
            FormNode::Bytes(edges) => edges.iter().map(|(byte, _)| *byte).collect(),
            FormNode::Text { .. } => vec![b'"'],
            FormNode::Free { mark, .. } => mark.bytes.clone(),
            FormNode::AreaDigit { .. } => (b'0'..=b'9').collect(),
        })
    }

    /// The fewest bytes from a place to the end.
    pub(super) fn closing(&self, place: FormPlace) -> usize {
        let whole = self.closing[place.node as usize];
        match &self.nodes[place.node as usize] {
            FormNode::Text { .. } => whole + place.string.need(),
            FormNode::Free { .. } => whole - usize::from(place.used),
            FormNode::Bytes(_) | FormNode::AreaDigit { .. } => whole,
        }
    }
}

/// A digit of an area: widths and heights are at least 1 and end within the picture.
fn area_digit(place: FormPlace, number: u8, ones: bool, next: NodeId, byte: u8) -> Option<FormPlace> {
    let digit = byte.is_ascii_digit().then(|| byte - b'0')?;
    let [left, top, tens] = place.area;
    let most = match number {
        0 | 1 => 99,
        2 => 100 - left,
        _ => 100 - top,
    };
    let least = u8::from(number >= 2);
    let value = if ones { tens * 10 + digit } else { digit * 10 };
    if value > most || ones && value < least {
        return None;
    }
    let mut area = place.area;
    match (ones, number) {
        (false, _) => area[2] = digit,
        (true, 0 | 1) => area[usize::from(number)] = value,
        (true, _) => {}
    }
    Some(FormPlace { area, ..place.followed_by(next) })
}
