//! Every connection is an open file, on either side: as many as there are terminals.

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

use crate::failed::Failed;

/// How many a process needs for anything else: the database, the requests of people.
const RESERVED: u64 = 512;

/// Makes room for so many connections in this process, and in those that it starts.
pub(super) fn allow(connections: u32) -> Result<(), Failed> {
    let needed = u64::from(connections) + RESERVED;
    let limit = getrlimit(Resource::Nofile);
    // None means: without a limit.
    if limit.current.is_none_or(|current| current >= needed) {
        return Ok(());
    }
    if let Some(most) = limit.maximum.filter(|most| *most < needed) {
        let fits = most.saturating_sub(RESERVED);
        return Err(Failed::new(format!(
            "{connections} terminals need {needed} open files, and this process may have {most}: \
             raise its limit (ulimit -Hn {needed}, as root), or measure with --terminals {fits}"
        )));
    }
    let raised = Rlimit {
        current: Some(needed),
        maximum: limit.maximum,
    };
    setrlimit(Resource::Nofile, raised)
        .map_err(Failed::because("the limit of open files cannot be raised"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_no_process_may_have_is_said_with_what_to_do() {
        let failed = allow(u32::MAX).unwrap_err().line();
        assert!(failed.contains("ulimit -Hn 4294967807"), "{failed}");
        assert!(failed.contains("--terminals"), "{failed}");
    }
}
