//! A C program that does everything wrong gets an error each time.

use crate::sdk::Program;

#[test]
fn null_wrong_lengths_and_closed_handles_are_errors() {
    let program = Program::build(&["misuse.c", "memory.c"]);
    let ended = program.command().output().unwrap();
    let errors = String::from_utf8_lossy(&ended.stderr);
    assert!(ended.status.success(), "{errors}");
    assert_eq!(
        String::from_utf8_lossy(&ended.stdout),
        "all of it is refused\n",
        "{errors}"
    );
}
