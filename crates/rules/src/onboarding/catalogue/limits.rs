//! How much a catalogue may hold. A catalogue is read side by side on a phone: what
//! exceeds these helps nobody to choose.

/// How many products.
pub const PRODUCTS_MAX: usize = 48;

/// How long one product's file may be.
pub const PRODUCT_BYTES_MAX: usize = 16 * 1024;

/// How many characters a name has, of a product or its provider.
pub const PRODUCT_NAME_CHARS_MAX: usize = 40;

/// How many characters any other text of a product has.
pub const PRODUCT_TEXT_CHARS_MAX: usize = 240;

/// How many regions one product leaves out.
pub const NOT_SERVED_MAX: usize = 64;

/// The highest fee, in basis points: a tenth of the sale.
pub const FEE_BASIS_POINTS_MAX: u16 = 1_000;

/// The longest window in which a deposit is earned back, in days.
pub const DEPOSIT_DAYS_MAX: u16 = 366;
