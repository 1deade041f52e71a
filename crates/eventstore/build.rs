//! Builds the crate anew when a migration changed: the macro that embeds them cannot tell.

fn main() {
    println!("cargo:rerun-if-changed=../../migrations");
}
