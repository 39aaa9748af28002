//! What a vendor says of the device, as texts.

use tillkey_terminal::wire::message::Capabilities;

use super::Fault;

/// What a vendor says of the device.
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "kotlin", derive(uniffi::Record))]
pub struct Profile {
    /// As printed on the device: 6 to 32 digits, capital letters or hyphens.
    pub serial_number: String,
    /// The model.
    pub model: String,
    /// The firmware version.
    pub firmware: String,
    /// It keeps a journal of what it sells.
    pub keeps_journal: bool,
    /// It can check its own printer, lamps, network and so on.
    pub checks_itself: bool,
}

impl TryFrom<&Profile> for tillkey_terminal::Profile {
    type Error = Fault;

    fn try_from(profile: &Profile) -> Result<Self, Fault> {
        let wrong = |_| Fault::Profile;
        Ok(Self {
            serial_number: profile.serial_number.parse().map_err(wrong)?,
            model: profile.model.parse().map_err(wrong)?,
            firmware: profile.firmware.parse().map_err(wrong)?,
            capabilities: Capabilities {
                journal: profile.keeps_journal,
                precheck: profile.checks_itself,
            },
        })
    }
}
