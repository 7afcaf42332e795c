//! The price of a reply: list prices of services, and the reckoning.
//!
//! Unknown stays unknown: no price is ever taken to be zero.

mod litellm;
mod table;

pub use litellm::{LITELLM_URL, LitellmError, read_litellm};
pub use table::{KnownPrices, ModelPrice, PriceError, PriceOrigin, PriceTable, PriceTier, prices_file};
