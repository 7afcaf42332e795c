//! From a shape to an automaton: each value is made when what follows it is there.

use pelicycle_reasoning::ReasoningOutset;

use super::automaton::{END, EndMark, FormNode, NodeId, ReplyForm};
use super::error::FormError;
use super::shape::JsonShape;

/// Blanks that may stand between reasoning and answer.
const BLANKS: usize = 4;

/// The nodes made so far.
#[derive(Debug)]
pub(super) struct Compiler {
    nodes: Vec<FormNode>,
    closing: Vec<usize>,
}

impl Default for Compiler {
    /// With the node of the end alone.
    fn default() -> Compiler {
        Compiler { nodes: vec![FormNode::Bytes(Vec::new())], closing: vec![0] }
    }
}

impl Compiler {
    pub(super) fn finish(self, start: NodeId) -> ReplyForm {
        ReplyForm { nodes: self.nodes, closing: self.closing, start }
    }

    fn add(&mut self, node: FormNode) -> NodeId {
        let of = |node: &NodeId| self.closing[*node as usize];
        let closing = match &node {
            FormNode::Bytes(edges) => edges.iter().map(|(_, next)| 1 + of(next)).min().unwrap_or(0),
            FormNode::Text { next, .. } | FormNode::AreaDigit { next, .. } => 1 + of(next),
            FormNode::Free { mark, next } => mark.bytes.len() + of(next),
        };
        self.nodes.push(node);
        self.closing.push(closing);
        (self.nodes.len() - 1) as NodeId
    }

    /// A value of a shape, and what follows it.
    pub(super) fn shape(&mut self, shape: &JsonShape, next: NodeId) -> Result<NodeId, FormError> {
        Ok(match shape {
            JsonShape::Object(fields) => self.object(fields, next)?,
            JsonShape::List { item, least, most } => self.list(item, *least, *most, next)?,
            JsonShape::Tuple(items) => {
                let mut after = self.literal("]", next);
                for (index, item) in items.iter().enumerate().rev() {
                    after = self.shape(item, after)?;
                    if index > 0 {
                        after = self.blank(after)?;
                        after = self.literal(",", after);
                    }
                }
                self.literal("[", after)
            }
            JsonShape::Text { most } => {
                let inside = self.add(FormNode::Text { most: *most, next });
                self.literal("\"", inside)
            }
            JsonShape::Word(words) => {
                let all = words.iter().map(|word| {
                    let quoted = serde_json::Value::from(word.as_str()).to_string();
                    self.literal(&quoted, next)
                });
                let all: Vec<NodeId> = all.collect();
                self.union_of(&all)?
            }
            JsonShape::Number { digits, decimals, negative } => {
                self.number(*digits, *decimals, *negative, next)?
            }
            JsonShape::Given(number) => self.literal(&number.to_string(), next),
            JsonShape::Null => self.literal("null", next),
            JsonShape::Area => self.area(next)?,
            JsonShape::Either(shapes) => {
                let all: Result<Vec<NodeId>, FormError> =
                    shapes.iter().map(|shape| self.shape(shape, next)).collect();
                self.union_of(&all?)?
            }
        })
    }

    fn object(&mut self, fields: &[(String, JsonShape)], next: NodeId) -> Result<NodeId, FormError> {
        let mut after = self.literal("}", next);
        for (index, (key, shape)) in fields.iter().enumerate().rev() {
            after = self.shape(shape, after)?;
            after = self.blank(after)?;
            let key = serde_json::Value::from(key.as_str()).to_string();
            after = self.literal(&format!("{key}:"), after);
            if index > 0 {
                after = self.blank(after)?;
                after = self.literal(",", after);
            }
        }
        Ok(self.literal("{", after))
    }

    fn list(
        &mut self,
        item: &JsonShape,
        least: usize,
        most: usize,
        next: NodeId,
    ) -> Result<NodeId, FormError> {
        let end = self.literal("]", next);
        // What may stand after the last item that there may be, and so on down to none.
        let mut after = end;
        for count in (0..most).rev() {
            let value = self.shape(item, after)?;
            let more = match count {
                0 => value,
                _ => {
                    let value = self.blank(value)?;
                    self.literal(",", value)
                }
            };
            after = if count >= least { self.union(more, end)? } else { more };
        }
        Ok(self.literal("[", after))
    }

    fn number(
        &mut self,
        digits: u8,
        decimals: u8,
        negative: bool,
        next: NodeId,
    ) -> Result<NodeId, FormError> {
        let digit = |low: u8, to: NodeId| (low..=b'9').map(|byte| (byte, to)).collect::<Vec<_>>();
        let mut end = next;
        if decimals > 0 {
            let mut more = next;
            for left in 0..decimals {
                let one = self.add(FormNode::Bytes(digit(b'0', more)));
                more = if left + 1 < decimals { self.union(one, next)? } else { one };
            }
            let point = self.literal(".", more);
            end = self.union(point, next)?;
        }
        let mut more = end;
        for _ in 1..digits {
            let one = self.add(FormNode::Bytes(digit(b'0', more)));
            more = self.union(one, end)?;
        }
        let mut edges = vec![(b'0', end)];
        edges.extend(digit(b'1', more));
        let whole = self.add(FormNode::Bytes(edges));
        match negative {
            true => {
                let minus = self.literal("-", whole);
                self.union(minus, whole)
            }
            false => Ok(whole),
        }
    }

    fn area(&mut self, next: NodeId) -> Result<NodeId, FormError> {
        let mut after = self.literal("]", next);
        for number in (0..4).rev() {
            after = self.add(FormNode::AreaDigit { number, ones: true, next: after });
            after = self.add(FormNode::AreaDigit { number, ones: false, next: after });
            after = self.literal("0.", after);
            if number > 0 {
                after = self.blank(after)?;
                after = self.literal(",", after);
            }
        }
        Ok(self.literal("[", after))
    }

    /// The text that stands before an answer.
    pub(super) fn outset(&mut self, outset: &ReasoningOutset, answer: NodeId) -> Result<NodeId, FormError> {
        let mut after = self.literal(outset.between, answer);
        if outset.between.is_empty() {
            for _ in 0..BLANKS {
                let more = self.add(FormNode::Bytes(vec![(b'\n', after), (b' ', after)]));
                after = self.union(more, answer)?;
            }
        }
        let reasoning = self.add(FormNode::Free { mark: EndMark::new(outset.end), next: after });
        let Some(open) = outset.open else { return Ok(reasoning) };
        let opened = self.literal(open, reasoning);
        if outset.optional { self.union(opened, answer) } else { Ok(opened) }
    }

    /// These bytes and then what follows.
    fn literal(&mut self, text: &str, next: NodeId) -> NodeId {
        text.bytes().rev().fold(next, |next, byte| self.add(FormNode::Bytes(vec![(byte, next)])))
    }

    /// A blank or none, and then what follows.
    fn blank(&mut self, next: NodeId) -> Result<NodeId, FormError> {
        let blank = self.literal(" ", next);
        self.union(blank, next)
    }

    fn union_of(&mut self, all: &[NodeId]) -> Result<NodeId, FormError> {
        let (first, others) = all.split_first().ok_or(FormError::Empty)?;
        others.iter().try_fold(*first, |one, other| self.union(one, *other))
    }

    /// Either of two.
    fn union(&mut self, one: NodeId, other: NodeId) -> Result<NodeId, FormError> {
        if one == other {
            return Ok(one);
        }
        let edges = |node: NodeId| match &self.nodes[node as usize] {
            FormNode::Bytes(edges) if !edges.is_empty() => Some(edges.clone()),
            _ => None,
        };
        let (Some(mut all), Some(others)) = (edges(one), edges(other)) else {
            return Err(FormError::Ambiguous { byte: '"' });
        };
        for (byte, to) in others {
            match all.iter().position(|(known, _)| *known == byte) {
                None => all.push((byte, to)),
                Some(at) => {
                    let ambiguous = |_| FormError::Ambiguous { byte: char::from(byte) };
                    all[at].1 = self.union(all[at].1, to).map_err(ambiguous)?;
                }
            }
        }
        all.sort_unstable();
        Ok(self.add(FormNode::Bytes(all)))
    }
}

impl ReplyForm {
    /// The form of a reply that is one JSON object and nothing else; `outset` is what stands before it where the model
    /// reasons first.
    ///
    /// # Errors
    /// For a shape that is no object, or that can't be told byte by byte.
    pub fn new(shape: &JsonShape, outset: Option<&ReasoningOutset>) -> Result<ReplyForm, FormError> {
        if !matches!(shape, JsonShape::Object(_)) {
            return Err(FormError::NotAnObject);
        }
        let mut compiler = Compiler::default();
        let answer = compiler.shape(shape, END)?;
        let start = match outset {
            None => answer,
            Some(outset) => compiler.outset(outset, answer)?,
        };
        Ok(compiler.finish(start))
    }
}
