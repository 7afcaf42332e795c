//! The cache of a sequence: keys and values, in pages that sequences with the same beginning share.
//!
//! A page belongs to one layer and holds the same number of positions for all its heads. Forking a sequence
//! shares its pages; writing to a shared page copies that page first.

use std::collections::VecDeque;
use std::ops::Range;
use std::sync::Arc;

use half::f16;

use super::recurrent_state::RecurrentState;

/// Positions of a page.
pub(crate) const PAGE: usize = 64;
/// The positions by which a sequence can always go back, as far as its layers can at all: guesses that were wrong.
pub(crate) const STEPS_BACK: usize = 8;

/// Keys and values of one layer at up to [`PAGE`] positions: for each head the keys one after another, then
/// for each head the values.
#[derive(Debug, Clone)]
enum Page {
    Float(Vec<f32>),
    Half(Vec<u16>),
}

/// The precision in which a page keeps its numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum CachePrecision {
    /// 32 bits.
    Float,
    /// 16 bits: half the memory, and half the bytes that attention reads.
    Half,
}

/// Numbers of a page, as the attention kernels take them.
#[derive(Debug, Clone, Copy)]
pub(crate) enum CacheSlice<'a> {
    Float(&'a [f32]),
    Half(&'a [u16]),
}

impl CacheSlice<'_> {
    pub(crate) fn len(&self) -> usize {
        match self {
            CacheSlice::Float(x) => x.len(),
            CacheSlice::Half(x) => x.len(),
        }
    }
}

/// The keys and values of one layer of one sequence.
#[derive(Debug, Clone)]
pub(crate) struct LayerCache {
    heads: usize,
    key_size: usize,
    value_size: usize,
    precision: CachePrecision,
    /// The number of last positions that a token attends to, itself included; `None` for all.
    window: Option<usize>,
    pages: VecDeque<Arc<Page>>,
    /// Pages before the first of those, which no later token can attend to.
    dropped: usize,
}

impl LayerCache {
    pub(crate) fn new(
        heads: usize,
        key_size: usize,
        value_size: usize,
        precision: CachePrecision,
        window: Option<usize>,
    ) -> LayerCache {
        LayerCache { heads, key_size, value_size, precision, window, pages: VecDeque::new(), dropped: 0 }
    }

    /// Of a layer that keeps no keys and values.
    pub(crate) fn none() -> LayerCache {
        LayerCache::new(0, 0, 0, CachePrecision::Float, None)
    }

    /// Bytes that so many positions take, but for the rest of a page.
    pub(crate) fn bytes_for(&self, positions: usize) -> usize {
        let number = match self.precision {
            CachePrecision::Float => size_of::<f32>(),
            CachePrecision::Half => size_of::<u16>(),
        };
        let kept = self.window.map_or(positions, |window| positions.min(window));
        kept.saturating_mul(self.heads * (self.key_size + self.value_size) * number)
    }

    /// Writes the keys and values of all heads at a position: the next one, or one written before.
    pub(crate) fn write(&mut self, position: usize, keys: &[f32], values: &[f32]) {
        let (page, at) = (position / PAGE - self.dropped, position % PAGE);
        if page == self.pages.len() {
            let numbers = PAGE * self.heads * (self.key_size + self.value_size);
            self.pages.push_back(Arc::new(match self.precision {
                CachePrecision::Float => Page::Float(vec![0.0; numbers]),
                CachePrecision::Half => Page::Half(vec![0; numbers]),
            }));
        }
        let (heads, key_size, value_size) = (self.heads, self.key_size, self.value_size);
        let page = Arc::make_mut(&mut self.pages[page]);
        for head in 0..heads {
            page.put((head * PAGE + at) * key_size, &keys[head * key_size..][..key_size]);
            let begin = heads * PAGE * key_size;
            page.put(begin + (head * PAGE + at) * value_size, &values[head * value_size..][..value_size]);
        }
    }

    /// Keys and values of one head at some positions, page by page.
    pub(crate) fn pages(
        &self,
        head: usize,
        positions: Range<usize>,
    ) -> impl Iterator<Item = (CacheSlice<'_>, CacheSlice<'_>)> {
        let values_begin = self.heads * PAGE * self.key_size;
        (positions.start / PAGE..positions.end.div_ceil(PAGE)).map(move |number| {
            let page = &self.pages[number - self.dropped];
            let begin = positions.start.saturating_sub(number * PAGE);
            let held = (positions.end - number * PAGE).min(PAGE) - begin;
            let at = head * PAGE + begin;
            (
                page.get(at * self.key_size, held * self.key_size),
                page.get(values_begin + at * self.value_size, held * self.value_size),
            )
        })
    }

    /// The first position that a token at `position` attends to.
    fn begin(&self, position: usize) -> usize {
        self.window.map_or(0, |window| (position + 1).saturating_sub(window))
    }

    /// Drops the pages that no token attends to, from a few before `positions` on.
    fn release(&mut self, positions: usize) {
        let needed = self.begin(positions.saturating_sub(STEPS_BACK)) / PAGE;
        while self.dropped < needed && self.pages.pop_front().is_some() {
            self.dropped += 1;
        }
    }

    /// Whether the sequence can go on at `position`.
    fn reaches(&self, position: usize) -> bool {
        self.begin(position) >= self.dropped * PAGE
    }

    /// Forgets everything from `positions` on: a number that it reaches, or 0.
    pub(crate) fn truncate(&mut self, positions: usize) {
        if positions == 0 {
            self.dropped = 0;
        }
        self.pages.truncate(positions.div_ceil(PAGE) - self.dropped);
    }
}

impl Page {
    fn put(&mut self, at: usize, numbers: &[f32]) {
        match self {
            Page::Float(page) => page[at..at + numbers.len()].copy_from_slice(numbers),
            Page::Half(page) => {
                for (out, x) in page[at..].iter_mut().zip(numbers) {
                    *out = f16::from_f32(*x).to_bits();
                }
            }
        }
    }

    fn get(&self, at: usize, len: usize) -> CacheSlice<'_> {
        match self {
            Page::Float(page) => CacheSlice::Float(&page[at..at + len]),
            Page::Half(page) => CacheSlice::Half(&page[at..at + len]),
        }
    }
}

/// The cache of a sequence, of all its layers. Cloning is cheap and shares the pages and states.
#[derive(Debug, Clone)]
pub(crate) struct SequenceCache {
    /// Keys and values: none, ever, in layers that do not attend.
    pub(crate) layers: Vec<LayerCache>,
    /// Keys by which layers choose the positions that they see: none in layers that see all.
    pub(crate) indexes: Vec<LayerCache>,
    /// States: empty in layers that do not recur.
    pub(crate) states: Vec<RecurrentState>,
    /// Whether the sequence is so long that the model turns its heads otherwise than in shorter ones.
    pub(crate) long: bool,
    /// Positions that every layer holds.
    pub(crate) len: usize,
}

impl SequenceCache {
    /// The most positions, up to `positions`, that can be left of it: pages can be cut anywhere, unless those
    /// that a window needs are dropped; a state stands for all positions or none.
    pub(crate) fn reachable(&self, positions: usize) -> usize {
        match positions {
            _ if positions >= self.len => self.len,
            _ if !self.goes_back() => 0,
            _ if self.layers.iter().all(|layer| layer.reaches(positions)) => positions,
            _ => 0,
        }
    }

    /// Whether it can forget its last few positions: a state can't.
    pub(crate) fn goes_back(&self) -> bool {
        self.states.iter().all(RecurrentState::is_empty)
    }

    /// Drops what no later token attends to.
    pub(crate) fn release(&mut self) {
        self.layers.iter_mut().for_each(|layer| layer.release(self.len));
    }

    /// Forgets everything from `positions` on, or what it takes to have [`SequenceCache::reachable`] positions left.
    pub(crate) fn truncate(&mut self, positions: usize) {
        let left = self.reachable(positions);
        if left < self.len {
            self.states.iter_mut().for_each(RecurrentState::clear);
        }
        self.len = left;
        self.layers.iter_mut().chain(&mut self.indexes).for_each(|layer| layer.truncate(left));
    }
}
