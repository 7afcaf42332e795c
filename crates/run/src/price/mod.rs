//! The price of a reply: list prices of services, and the reckoning.
//!
//! Unknown stays unknown: no price is ever taken to be zero.

mod litellm;
mod table;

pub use litellm::{LITELLM_URL, LitellmError, read_litellm};
pub use table::{Price, PriceError, PriceOrigin, PriceTable, PriceTier, Prices, prices_file};
