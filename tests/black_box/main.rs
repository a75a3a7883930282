//! The built `steelyard` from outside: what users, scripts and resolvers may rely on.
//!
//! `harness` starts the binary and speaks to it by command line, HTTP and DNS; each other module is one promise.
//! Nothing here knows the inside of the product, and nothing leaves this machine. Most sites share one PostgreSQL,
//! each with a database of its own; where storage is the point, a site runs its private one.

mod harness;

mod access;
mod alerts;
mod answers;
mod bad_commands;
mod bad_files;
mod bad_requests;
mod blackout;
mod burst;
mod console;
mod declarative;
mod delegation;
mod drain;
mod export;
mod exports;
mod exposure;
mod health;
mod listening;
mod log_views;
mod logging;
mod looking;
mod metrics;
mod openapi;
mod outage;
mod overrides;
mod pipes;
mod ramps;
mod revisions;
mod secrets;
mod secure;
mod spill;
mod split;
mod steering;
mod streams;
mod tail;
mod tools;
mod transfers;
mod weights;
mod zones;
