//! The cage of a child: limits on memory, time and files, and a filter that leaves no system call but those that compute,
//! read standard input and write standard output. Only user of `seccompiler`.

use rustix::process::{Resource, Rlimit, setrlimit};
use seccompiler::{BpfProgram, SeccompAction, SeccompFilter, TargetArch, apply_filter};
use serde::{Deserialize, Serialize};

/// What a child may take: address space, processor time, open files.
const MEMORY: u64 = 512 << 20;
const SECONDS: u64 = 10;
const FILES: u64 = 32;

/// What a computing child needs; everything else fails with EPERM, so that a library that tries goes on without.
const ALLOWED: &[libc::c_long] = &[
    libc::SYS_read,
    libc::SYS_write,
    libc::SYS_readv,
    libc::SYS_writev,
    libc::SYS_close,
    libc::SYS_fstat,
    libc::SYS_lseek,
    libc::SYS_mmap,
    libc::SYS_munmap,
    libc::SYS_mremap,
    libc::SYS_mprotect,
    libc::SYS_madvise,
    libc::SYS_brk,
    libc::SYS_futex,
    libc::SYS_getrandom,
    libc::SYS_clock_gettime,
    libc::SYS_gettid,
    libc::SYS_getpid,
    libc::SYS_sched_yield,
    libc::SYS_sched_getaffinity,
    libc::SYS_rt_sigaction,
    libc::SYS_rt_sigprocmask,
    libc::SYS_rt_sigreturn,
    libc::SYS_sigaltstack,
    // `abort` raises its signal with it; nobody else's process can be in this one's group.
    libc::SYS_tgkill,
    libc::SYS_restart_syscall,
    libc::SYS_exit,
    libc::SYS_exit_group,
];

/// What a child can still do, as it found out itself.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Probe {
    /// Why there is no filter.
    pub(super) unfiltered: Option<String>,
    pub(super) opens_files: bool,
    pub(super) reaches_network: bool,
    pub(super) starts_processes: bool,
    pub(super) starts_threads: bool,
}

/// Locks the door from inside; cannot be undone. The answer says why there is no filter, if there is none.
pub(super) fn lock() -> Option<String> {
    let limits = [
        (Resource::As, MEMORY),
        (Resource::Cpu, SECONDS),
        (Resource::Fsize, 0),
        (Resource::Nofile, FILES),
        (Resource::Nproc, 0),
        (Resource::Core, 0),
    ];
    for (resource, most) in limits {
        // A limit that cannot be set leaves the others; the parent's own limits hold in any case.
        let _ = setrlimit(resource, Rlimit { current: Some(most), maximum: Some(most) });
    }
    filter().err()
}

fn filter() -> Result<(), String> {
    let machine = TargetArch::try_from(std::env::consts::ARCH).map_err(|error| error.to_string())?;
    let rules = ALLOWED.iter().map(|call| (*call, Vec::new())).collect();
    let refuse = SeccompAction::Errno(libc::EPERM as u32);
    let filter = SeccompFilter::new(rules, refuse, SeccompAction::Allow, machine).map_err(|error| error.to_string())?;
    let program = BpfProgram::try_from(filter).map_err(|error| error.to_string())?;
    apply_filter(&program).map_err(|error| error.to_string())
}

/// Tries what must not work.
pub(super) fn probe(unfiltered: Option<String>) -> Probe {
    Probe {
        unfiltered,
        opens_files: std::fs::File::open("/proc/self/status").is_ok() || std::fs::File::open("/dev/null").is_ok(),
        reaches_network: std::net::UdpSocket::bind("127.0.0.1:0").is_ok(),
        starts_processes: std::process::Command::new("/proc/self/exe").spawn().is_ok(),
        starts_threads: std::thread::Builder::new().spawn(|| ()).is_ok(),
    }
}
