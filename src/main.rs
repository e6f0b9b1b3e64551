//! The program: parse arguments, run, map the result to an exit code.

fn main() -> std::process::ExitCode {
    jcabot::cli::main()
}
