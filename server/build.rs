//! The console's files are embedded when the binary is built: a change of them alone has to build it again.

fn main() {
    // Cargo would build again each time while the folder is missing.
    let package = std::path::Path::new("../target/site/pkg");
    if let Err(error) = std::fs::create_dir_all(package) {
        println!("cargo:warning={}: {error}", package.display());
    }
    println!("cargo:rerun-if-changed=../style");
    println!("cargo:rerun-if-changed=../target/site/pkg");
}
