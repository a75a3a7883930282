//! Every need, with the names of its packages.

use super::need::Purpose::{Build, EndToEnd, Format, Lint, Serve, Unit};
use super::need::{Need, Remedy};
use super::{find, rust};

/// Everything, in the order in which `doctor` shows it.
pub const NEEDS: [Need; 14] = [
    Need {
        name: "wasm32 target",
        purposes: &[Build, Serve, Lint, EndToEnd],
        find: rust::wasm_target,
        oldest: 0,
        remedy: Remedy::Target(rust::WASM),
    },
    // The standard allocator's replacement and the TLS library contain C.
    Need {
        name: "C compiler",
        purposes: &[Build, Serve, Lint, Unit, EndToEnd],
        find: || find::versioned(&["cc", "gcc", "clang"], &["--version"]),
        oldest: 0,
        remedy: Remedy::Packages(["gcc libc6-dev", "gcc", "gcc", "gcc musl-dev", "gcc", "gcc"]),
    },
    Need {
        name: "make",
        purposes: &[Build, Serve, Lint, Unit, EndToEnd],
        find: || find::versioned(&["make", "gmake"], &["--version"]),
        oldest: 0,
        remedy: Remedy::Packages(["make"; 6]),
    },
    Need {
        name: "PostgreSQL",
        purposes: &[Serve, Unit, EndToEnd],
        find: find::postgres,
        // The store's tables use UNIQUE NULLS NOT DISTINCT.
        oldest: 15,
        remedy: Remedy::Packages([
            "postgresql",
            "postgresql-server",
            "postgresql",
            "postgresql",
            "postgresql-server",
            "postgresql@17",
        ]),
    },
    Need {
        name: "rustfmt",
        purposes: &[Format],
        find: || rust::component("fmt"),
        oldest: 0,
        remedy: Remedy::Component("rustfmt"),
    },
    Need {
        name: "clippy",
        purposes: &[Lint],
        find: || rust::component("clippy"),
        oldest: 0,
        remedy: Remedy::Component("clippy"),
    },
    Need {
        name: "dnsperf",
        purposes: &[Unit, EndToEnd],
        find: || find::versioned(&["dnsperf"], &["-h"]),
        oldest: 0,
        remedy: Remedy::Packages(["dnsperf"; 6]),
    },
    Need {
        name: "dig",
        purposes: &[Unit, EndToEnd],
        find: || find::versioned(&["dig"], &["-v"]),
        oldest: 0,
        remedy: Remedy::Packages([
            "bind9-dnsutils",
            "bind-utils",
            "bind",
            "bind-tools",
            "bind-utils",
            "bind",
        ]),
    },
    // Asks over TLS, HTTPS and QUIC; the last since 3.2.
    Need {
        name: "kdig",
        purposes: &[Unit, EndToEnd],
        find: || find::versioned(&["kdig"], &["-V"]),
        oldest: 0,
        remedy: Remedy::Packages(["knot-dnsutils", "knot-utils", "knot", "knot-utils", "knot-utils", "knot"]),
    },
    // Delegates to a site in the tests, and resolves through it.
    Need {
        name: "BIND",
        purposes: &[Unit],
        find: || find::versioned(&["named"], &["-v"]),
        oldest: 0,
        remedy: Remedy::Packages(["bind9", "bind", "bind", "bind", "bind", "bind"]),
    },
    // A secondary and a parent in the tests.
    Need {
        name: "Knot DNS",
        purposes: &[Unit],
        find: || find::versioned(&["knotd"], &["-V"]),
        oldest: 0,
        remedy: Remedy::Packages(["knot"; 6]),
    },
    Need {
        name: "Chromium",
        purposes: &[EndToEnd],
        find: find::chromium,
        oldest: 0,
        remedy: Remedy::Packages([
            "chromium",
            "chromium",
            "chromium",
            "chromium",
            "chromium",
            "--cask chromium",
        ]),
    },
    // An old one is replaced by a private one: see `test::node`.
    Need {
        name: "Node.js",
        purposes: &[EndToEnd],
        find: || find::versioned(&["node"], &["--version"]),
        oldest: 0,
        remedy: Remedy::Packages(["nodejs", "nodejs", "nodejs", "nodejs", "nodejs", "node"]),
    },
    Need {
        name: "npm",
        purposes: &[EndToEnd],
        find: || find::versioned(&["npm"], &["--version"]),
        oldest: 0,
        remedy: Remedy::Packages(["npm", "npm", "npm", "npm", "npm", "node"]),
    },
];

#[cfg(test)]
mod tests {
    use super::super::system::System;
    use super::*;

    #[test]
    fn every_system_has_a_package_for_every_program() {
        for need in NEEDS.iter().filter(|n| matches!(n.remedy, Remedy::Packages(_))) {
            for system in System::PACKAGED {
                assert!(need.packages(system).next().is_some(), "{} on {system:?}", need.name);
            }
        }
    }

    #[test]
    fn what_builds_also_serves() {
        assert!(NEEDS.iter().filter(|n| n.is_for(Build)).all(|n| n.is_for(Serve)));
    }
}
