//! Makes the C header, or the Kotlin for a library: `cargo xtask sdk` calls it.

use std::path::Path;
use std::process::ExitCode;

use tillkey_binding::generate;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let made = match arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        ["header", file] => {
            generate::header().and_then(|header| std::fs::write(file, header).map_err(Into::into))
        }
        ["kotlin", library, folder] => generate::kotlin(Path::new(library), Path::new(folder)),
        _ => {
            eprintln!("usage: tillkey-binding header FILE | kotlin LIBRARY FOLDER");
            return ExitCode::from(2);
        }
    };
    match made {
        Ok(()) => ExitCode::SUCCESS,
        Err(why) => {
            eprintln!("tillkey-binding: {why}");
            ExitCode::FAILURE
        }
    }
}
