//! What a reply cost: list prices of services, and the reckoning.
//!
//! Unknown stays unknown: no price is ever taken to be zero.

mod litellm;
mod table;

pub use litellm::{LITELLM_URL, LitellmError, read as read_litellm};
pub use table::{Origin, Price, PriceError, Prices, Table, Tier, data_file};
