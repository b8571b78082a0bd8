//! The program in `tests/go`.

use std::{
    env,
    io::Write as _,
    process::{Command, Stdio},
    thread,
};

/// Path of the built program.
const PROGRAM: &str = "STOA_IAVL_ORACLE";

/// The script with the program's answers.
pub fn answer(script: &str) -> String {
    let program = env::var_os(PROGRAM).expect("run `cargo xtask iavl-vectors`");
    let mut child = Command::new(program)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("the Go program starts");
    let mut input = child.stdin.take().unwrap();
    let output = thread::scope(|scope| {
        scope.spawn(move || input.write_all(script.as_bytes()).unwrap());
        child.wait_with_output().unwrap()
    });
    assert!(output.status.success(), "the Go program failed");
    String::from_utf8(output.stdout).unwrap()
}
