//! The Kotlin that is generated has everything that an application needs. It is not run.

use std::fs;

use tillkey_binding::generate;

use crate::sdk::library;

#[test]
fn the_kotlin_holds_the_whole_surface() {
    let folder = tempfile::tempdir().unwrap();
    generate::kotlin(&library(), folder.path()).unwrap();
    let path = folder
        .path()
        .join("org/tillkey/terminal/tillkey_binding.kt");
    let kotlin = fs::read_to_string(path).unwrap();
    for needed in [
        "package org.tillkey.terminal",
        "open class TillkeyTerminal",
        "fun `inDirectory`(`profile`: Profile, `directory`: kotlin.String, `device`: Device): TillkeyTerminal",
        "fun `onStorage`(",
        "interface Device",
        "interface Storage",
        "fun `enrol`(`code`: kotlin.String)",
        "fun `signOn`(`operator`: kotlin.UByte, `password`: kotlin.ByteArray)",
        "fun `choosePassword`(",
        "fun `sale`(`operator`: kotlin.UByte, `money`: Money)",
        "fun `receive`(`frame`: kotlin.ByteArray)",
        "fun `nextFrame`(): kotlin.ByteArray?",
        "fun `nextNotice`(): Notice?",
        "sealed class Notice",
        "data class CodeOnScreen(",
        "val `expiresAtMs`: kotlin.Long",
        "sealed class Fault(",
        "enum class Advice",
        "fun `advice`(`fault`: Fault): Advice",
    ] {
        assert!(kotlin.contains(needed), "no {needed} in\n{kotlin}");
    }
}
