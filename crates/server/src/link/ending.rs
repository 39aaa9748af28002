//! Why a connection ends, as the other side is told.
//!
//! The reasons say what to mend and nothing about what is stored: an unknown terminal
//! and a wrong signature end alike.

/// Why a connection ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Ending {
    /// The other side closed, or the network did.
    Gone,
    /// The first frame did not come in time.
    LateFirstFrame,
    /// The first frame is neither an enrolment request nor a greeting.
    NotAnOpening,
    /// The first frame cannot be believed, or is from a terminal that is not served.
    NotVerified,
    /// As many enrolment requests as one connection may make.
    EnrolmentsUsedUp,
    /// A frame that is not binary.
    NotBinary,
    /// A frame that is too long or not WebSocket.
    Malformed,
    /// Too many frames that cannot be believed.
    TooManyRefused,
    /// The terminal connected again.
    Replaced,
    /// The terminal was enrolled again, or moved.
    Changed,
    /// Nothing was heard for too long.
    Silent,
    /// The terminal does not read what it is sent.
    NotReading,
    /// The server cannot serve it now.
    Busy,
    /// The server failed.
    Fault,
    /// The server shuts down.
    ShuttingDown,
}

impl Ending {
    /// The WebSocket close code (RFC 6455 §7.4.1) and the reason; none where there is
    /// nobody to tell.
    pub(crate) const fn close(self) -> Option<(u16, &'static str)> {
        Some(match self {
            Self::Gone | Self::NotReading => return None,
            Self::LateFirstFrame => (1008, "the first frame did not come in time"),
            Self::NotAnOpening => (
                1008,
                "the first frame must be an enrolment request or a hello",
            ),
            Self::NotVerified => (1008, "the terminal cannot be verified"),
            Self::EnrolmentsUsedUp => (1008, "too many enrolment requests; connect again"),
            Self::NotBinary => (1003, "frames must be binary"),
            Self::Malformed => (1009, "a frame is too long or malformed"),
            Self::TooManyRefused => (1008, "too many frames that cannot be believed"),
            Self::Replaced => (1008, "the terminal connected again"),
            Self::Changed => (1012, "the terminal's place has changed; connect again"),
            Self::Silent => (1001, "nothing was heard for too long"),
            Self::Busy => (1013, "too much is asked at once; try again later"),
            Self::Fault => (1011, "the server failed; try again later"),
            Self::ShuttingDown => (1001, "the server shuts down; connect again"),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reasons_fit_a_control_frame() {
        for ending in [
            Ending::LateFirstFrame,
            Ending::NotAnOpening,
            Ending::NotVerified,
            Ending::EnrolmentsUsedUp,
            Ending::NotBinary,
            Ending::Malformed,
            Ending::TooManyRefused,
            Ending::Replaced,
            Ending::Changed,
            Ending::Silent,
            Ending::Busy,
            Ending::Fault,
            Ending::ShuttingDown,
        ] {
            let (_, reason) = ending.close().unwrap();
            assert!(reason.len() <= 123, "{reason}");
        }
    }
}
