//! Rules that an admin changes without a restart.

mod events;
mod set_settings;
mod state;

pub use events::{
    CategoriesSet, FeaturesSet, LimitsSet, SettingsEvent, StrictCategoriesSet, StrictTicketTypesSet,
};
pub use set_settings::{MAX_CATEGORIES, SettingsCommand, set_settings};
pub use state::{Limits, Settings, evolve};
