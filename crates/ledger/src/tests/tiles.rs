//! Tiles: paths from strangers, bytes against an independent reading.

use proptest::prelude::*;
use tlog_tiles::{Tile, TileHashReader, TileReader, tlog::HashReader as _};

use super::{grown, leaf};
use crate::tile::split_entries;
use crate::{Content, Fault, Memory, TilePath, stored_hash_index};

fn hashes(level: u8, index: u64, size: u64) -> String {
    TilePath::in_tree(Content::Hashes { level }, index, size)
        .unwrap()
        .to_string()
}

#[test]
fn a_path_is_read_as_it_is_written() {
    for path in [
        "tile/0/000",
        "tile/0/000.p/1",
        "tile/0/000.p/255",
        "tile/5/000.p/1",
        "tile/0/999",
        "tile/0/x001/000",
        "tile/0/x001/067.p/12",
        "tile/1/x001/x234/067",
        "tile/entries/000",
        "tile/entries/x001/x234/067.p/8",
        "tile/0/x281/x474/x976/x710/655",
    ] {
        let parsed: TilePath = path.parse().unwrap();
        assert_eq!(parsed.to_string(), path);
    }
    let path: TilePath = "tile/3/x001/x234/067.p/8".parse().unwrap();
    assert_eq!(path.content(), Content::Hashes { level: 3 });
    assert_eq!(
        (path.index(), path.width(), path.is_full()),
        (1_234_067, 8, false)
    );
}

#[test]
fn hostile_paths_are_refused() {
    let long = format!("tile/0/{}000", "x999/".repeat(1000));
    for path in [
        "",
        "/",
        "tile",
        "tile/",
        "tile//",
        "tile/0",
        "tile/0/",
        "/tile/0/000",
        "tile/0/000/",
        "tile/0//000",
        "Tile/0/000",
        "tile/6/000",
        "tile/63/000",
        "tile/64/000",
        "tile/255/000",
        "tile/256/000",
        "tile/00/000",
        "tile/-1/000",
        "tile/+1/000",
        "tile/8/0/000",
        "tile/data/000",
        "tile/entries",
        "tile/entries/",
        "tile/Entries/000",
        "tile/0/0",
        "tile/0/00",
        "tile/0/0000",
        "tile/0/1000",
        "tile/0/+00",
        "tile/0/-01",
        "tile/0/x00",
        "tile/0/x000",
        "tile/0/x000/000",
        "tile/0/x000/x001/000",
        "tile/0/x001",
        "tile/0/x001/",
        "tile/0/x001/x002",
        "tile/0/xx01/000",
        "tile/0/X001/000",
        "tile/0/001/000",
        "tile/0/x001/x/000",
        "tile/0/x999/x999/x999/x999/x999/x999/999",
        "tile/0/x018/x446/x744/x073/x709/x551/616",
        "tile/0/..",
        "tile/../000",
        "tile/0/../../etc/passwd",
        "tile/0/x001/../000",
        "tile/0/%2e%2e/000",
        "tile/0/000\0",
        "tile/0/000\n",
        "tile/0/000 ",
        "tile/0/０００",
        "tile/0/٠٠٠",
        "tile/0/000.p",
        "tile/0/000.p/",
        "tile/0/000.p/0",
        "tile/0/000.p/00",
        "tile/0/000.p/01",
        "tile/0/000.p/256",
        "tile/0/000.p/65536",
        "tile/0/000.p/65537",
        "tile/0/000.p/-1",
        "tile/0/000.p/+1",
        "tile/0/000.p/1/",
        "tile/0/000.p/1/2",
        "tile/0/000.p/1.p/1",
        "tile/0/x001.p/1/000",
        "tile/0/000.q/1",
        "tile\\0\\000",
        long.as_str(),
    ] {
        assert!(path.parse::<TilePath>().is_err(), "{path:?}");
    }
}

#[test]
fn the_example_of_the_specification() {
    // C2SP tlog-tiles: a tree of 70,000 leaves.
    let paths = TilePath::grown(0, 70_000).unwrap();
    let level = |wanted: u8| {
        let is = move |p: &&TilePath| p.content() == Content::Hashes { level: wanted };
        let all: Vec<_> = paths.iter().filter(is).collect();
        let full = all.iter().filter(|p| p.is_full()).count();
        let partial: Vec<_> = all
            .iter()
            .filter(|p| !p.is_full())
            .map(|p| p.width())
            .collect();
        (full, partial)
    };
    assert_eq!(level(0), (273, vec![112]));
    assert_eq!(level(1), (1, vec![17]));
    assert_eq!(level(2), (0, vec![1]));
    assert_eq!(hashes(0, 273, 70_000), "tile/0/273.p/112");
    assert_eq!(hashes(1, 0, 256), "tile/1/000.p/1");
    assert_eq!(
        paths
            .iter()
            .filter(|p| p.content() == Content::Entries)
            .count(),
        274
    );
}

#[test]
fn tiles_beyond_the_size_are_refused() {
    let (_, mut storage) = grown(300);
    for (path, is_there) in [
        ("tile/0/000", true),
        ("tile/0/000.p/7", true),
        ("tile/0/001.p/44", true),
        ("tile/0/001.p/45", false),
        ("tile/0/001", false),
        ("tile/0/002.p/1", false),
        ("tile/1/000.p/1", true),
        ("tile/1/000.p/2", false),
        ("tile/2/000.p/1", false),
        ("tile/5/x999/999", false),
        ("tile/0/x281/x474/x976/x710/655", false),
        ("tile/entries/001.p/44", true),
        ("tile/entries/001.p/45", false),
        ("tile/entries/002", false),
    ] {
        let parsed: TilePath = path.parse().unwrap();
        match parsed.bytes(300, &mut storage) {
            Ok(_) => assert!(is_there, "{path}"),
            Err(Fault::Beyond { size: 300, .. }) => assert!(!is_there, "{path}"),
            Err(fault) => panic!("{path}: {fault}"),
        }
    }
    assert!(TilePath::in_tree(Content::Entries, 2, 300).is_err());
    assert!(TilePath::in_tree(Content::Hashes { level: 63 }, 0, 300).is_err());
    assert!(TilePath::in_tree(Content::Hashes { level: 255 }, u64::MAX, 300).is_err());
}

#[test]
fn a_mirror_finds_every_hash_in_its_tiles() {
    for size in [1, 7, 256, 257, 1000, 66_000] {
        let (_, mut storage) = grown(size);
        for position in 0..crate::stored_hash_count(size) {
            let tile = TilePath::holding(position, size).unwrap();
            let leaves = tile.content() == Content::Hashes { level: 0 };
            if leaves && (3..255).contains(&tile.index()) {
                continue;
            }
            let bytes = tile.bytes(size, &mut storage).unwrap();
            let expected = storage.hashes.get(&position).copied();
            assert_eq!(
                tile.hash_in(&bytes, position),
                expected,
                "{position} of {size}"
            );
            assert_eq!(tile.hash_in(&bytes[..31], position), None);
        }
        let beyond = TilePath::holding(crate::stored_hash_count(size), size);
        assert!(matches!(beyond, Err(Fault::Beyond { .. })));
    }
}

#[test]
fn bundles_are_the_leaves_behind_their_lengths() {
    let (_, mut storage) = grown(260);
    let path: TilePath = "tile/entries/001.p/4".parse().unwrap();
    let bytes = path.bytes(260, &mut storage).unwrap();
    assert_eq!(bytes[..11], *b"\x00\x09event 256");
    assert_eq!(
        split_entries(&bytes).unwrap(),
        (256..260).map(leaf).collect::<Vec<_>>()
    );
    for cut in [1, 2, 3, 10, bytes.len() - 1] {
        assert!(split_entries(&bytes[..cut]).is_err(), "{cut}");
    }
    assert!(split_entries(b"\xff\xff").is_err());
    assert_eq!(split_entries(&[0; 512]).unwrap().len(), 256);
    assert!(split_entries(&[0; 514]).is_err());
    storage.leaves.remove(&257);
    let missing = path.bytes(260, &mut storage);
    assert!(
        matches!(missing, Err(Fault::LeafMissing { index: 257 })),
        "{missing:?}"
    );
}

/// Serves our tiles to the tile client of `tlog_tiles`, which checks each against the root.
struct Served(std::cell::RefCell<Memory>, u64);

impl TileReader for Served {
    fn height(&self) -> u8 {
        8
    }

    fn read_tiles(&self, tiles: &[Tile]) -> Result<Vec<Vec<u8>>, tlog_tiles::Error> {
        let read = |tile: &Tile| {
            let path: TilePath = tile.path().replacen("tile/8/", "tile/", 1).parse().unwrap();
            path.bytes(self.1, &mut *self.0.borrow_mut()).unwrap()
        };
        Ok(tiles.iter().map(read).collect())
    }

    fn save_tiles(&self, _: &[Tile], _: &[Vec<u8>]) {}
}

#[test]
fn a_tile_client_reads_every_hash() {
    for size in [1, 2, 255, 256, 257, 1000, 66_000] {
        let (tree, storage) = grown(size);
        let hashes = storage.hashes.clone();
        let served = Served(storage.into(), size);
        let client = TileHashReader::new(size, tree.head().root, &served);
        for index in [0, size / 3, size - 1] {
            let position = stored_hash_index(0, index);
            let read = client.read_hashes(&[position]).unwrap();
            assert_eq!(read[0], hashes[&position], "{index} of {size}");
        }
    }
}

proptest! {
    #[test]
    fn paths_are_those_of_tlog_tiles(level in 0u8..6, index in 0u64..(1 << 40), width in 1u32..257) {
        let theirs = Tile::new(8, level, index, width, false).path();
        let ours = theirs.replacen("tile/8/", "tile/", 1);
        let parsed: TilePath = ours.parse().unwrap();
        prop_assert_eq!(parsed.to_string(), ours);
        prop_assert_eq!((parsed.index(), u32::from(parsed.width())), (index, width));
    }

    #[test]
    fn no_text_breaks_the_parser(text in "(tile/)?[0-9a-z./xp\\PC]{0,40}") {
        if let Ok(path) = text.parse::<TilePath>() {
            prop_assert_eq!(path.to_string(), text);
        }
    }
}
