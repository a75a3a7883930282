//! Memory of a process: VmRSS and VmHWM of /proc/PID/status (proc_pid_status(5)).

use std::fs;

/// Largest resident size so far, KiB; none when the process is gone, or has given its memory back at its end.
pub fn peak_kib(pid: u32) -> Option<u64> {
    parse(&fs::read_to_string(format!("/proc/{pid}/status")).ok()?, "VmHWM:")
}

/// Resident size now, KiB; none when the process is gone.
pub fn resident_kib(pid: u32) -> Option<u64> {
    parse(&fs::read_to_string(format!("/proc/{pid}/status")).ok()?, "VmRSS:")
}

/// Begins a new peak at what is resident now. Where the kernel does not let us, the old peak goes on.
pub fn forget_peak(pid: u32) {
    // 5 is "reset the peak" (proc_pid_clear_refs(5)).
    let _ = fs::write(format!("/proc/{pid}/clear_refs"), "5");
}

fn parse(status: &str, field: &str) -> Option<u64> {
    let line = status.lines().find_map(|l| l.strip_prefix(field))?;
    line.split_ascii_whitespace().next()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_are_read_and_a_zombie_has_none() {
        let status = "Name:\tpsql\nVmPeak:\t  99 kB\nVmHWM:\t   10324 kB\nVmRSS:\t  88 kB\n";
        assert_eq!((parse(status, "VmHWM:"), parse(status, "VmRSS:")), (Some(10324), Some(88)));
        assert_eq!(parse("Name:\tpsql\nState:\tZ (zombie)\n", "VmHWM:"), None);
        let own = std::process::id();
        assert!(peak_kib(own) >= resident_kib(own) && resident_kib(own).is_some_and(|kib| kib > 100));
    }
}
