//! Identity-based encryption of 16 bytes to a round: the identity is the round, its private key the
//! beacon's signature.
//!
//! Source: Boneh–Franklin with the Fujisaki–Okamoto transform as in drand's kyber (`encrypt/ibe`, keys
//! in G2, signatures in G1) and tlock. Invariant: what decrypts is what one encryption gives: U is
//! computed again and compared as bytes.

use ark_bls12_381::{Bls12_381, Fr, G1Affine, G1Projective, G2Affine, g1};
use ark_ec::hashing::HashToCurve;
use ark_ec::hashing::curve_maps::wb::WBMap;
use ark_ec::hashing::map_to_curve_hasher::MapToCurveBasedHasher;
use ark_ec::pairing::{Pairing, PairingOutput};
use ark_ec::{AffineRepr, CurveGroup};
use ark_ff::field_hashers::DefaultFieldHasher;
use ark_serialize::{CanonicalDeserialize, CanonicalSerialize};
use sha2::{Digest, Sha256};

use crate::beacon::{Pulse, QUICKNET};

/// A file key, encrypted to a round.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct SealedKey {
    /// Compressed point r·G of the group of public keys.
    pub(super) u: [u8; 96],
    /// sigma, hidden.
    pub(super) v: [u8; 16],
    /// The file key, hidden.
    pub(super) w: [u8; 16],
}

/// The file key, if the signature, which must have been verified, opens it.
pub(super) fn decrypt(
    sealed: &SealedKey,
    signature: &[u8; Pulse::SIGNATURE_LENGTH],
) -> Option<[u8; 16]> {
    let private = G1Affine::deserialize_compressed(signature.as_slice()).ok()?;
    let point = G2Affine::deserialize_compressed(sealed.u.as_slice()).ok()?;
    let sigma = xor(
        &sealed.v,
        &mask_of_pairing(Bls12_381::pairing(private, point))?,
    );
    let key = xor(&sealed.w, &mask_of_sigma(&sigma));
    let again = compressed(scalar(&sigma, &key)?)?;
    (again == sealed.u).then_some(key)
}

/// Encrypts a file key to a round of quicknet.
pub(super) fn encrypt(key: &[u8; 16], round: u64, sigma: &[u8; 16]) -> Option<SealedKey> {
    let public = G2Affine::deserialize_compressed(QUICKNET.public_key.as_slice()).ok()?;
    let identity = Sha256::digest(round.to_be_bytes());
    let point: G1Affine = Hasher::new(DOMAIN).ok()?.hash(&identity).ok()?;
    let r = scalar(sigma, key)?;
    Some(SealedKey {
        u: compressed(r)?,
        v: xor(
            sigma,
            &mask_of_pairing(Bls12_381::pairing(point, public) * r)?,
        ),
        w: xor(key, &mask_of_sigma(sigma)),
    })
}

/// H2: the first 16 bytes of SHA-256 over the element of the target group.
fn mask_of_pairing(element: PairingOutput<Bls12_381>) -> Option<[u8; 16]> {
    let mut bytes = Vec::with_capacity(TARGET_BYTES);
    element.serialize_compressed(&mut bytes).ok()?;
    // Big-endian with the highest coefficient first, where the library has it the other way round.
    bytes.reverse();
    first_half(&Sha256::new().chain_update(b"IBE-H2").chain_update(bytes))
}

/// H3: the scalar that belongs to sigma and the key, the first one of a sequence that is in range.
fn scalar(sigma: &[u8; 16], key: &[u8; 16]) -> Option<Fr> {
    let start = Sha256::new()
        .chain_update(b"IBE-H3")
        .chain_update(sigma)
        .chain_update(key)
        .finalize();
    (1..u16::MAX).find_map(|count| {
        let mut hash: [u8; 32] = Sha256::new()
            .chain_update(count.to_le_bytes())
            .chain_update(start)
            .finalize()
            .into();
        // The order of the group has 255 bits.
        hash[0] >>= 1;
        hash.reverse();
        Fr::deserialize_compressed(hash.as_slice()).ok()
    })
}

/// H4: the first 16 bytes of SHA-256 over sigma.
fn mask_of_sigma(sigma: &[u8; 16]) -> [u8; 16] {
    first_half(&Sha256::new().chain_update(b"IBE-H4").chain_update(sigma)).unwrap_or_default()
}

fn first_half(hash: &Sha256) -> Option<[u8; 16]> {
    hash.clone().finalize().first_chunk().copied()
}

/// r·G, compressed.
fn compressed(r: Fr) -> Option<[u8; 96]> {
    let point = (G2Affine::generator() * r).into_affine();
    let mut bytes = [0; 96];
    point.serialize_compressed(bytes.as_mut_slice()).ok()?;
    Some(bytes)
}

fn xor(left: &[u8; 16], right: &[u8; 16]) -> [u8; 16] {
    core::array::from_fn(|index| left[index] ^ right[index])
}

type Hasher = MapToCurveBasedHasher<
    G1Projective,
    DefaultFieldHasher<sha2_of_curves::Sha256, 128>,
    WBMap<g1::Config>,
>;

/// Domain of quicknet's signatures.
const DOMAIN: &[u8] = b"BLS_SIG_BLS12381G1_XMD:SHA-256_SSWU_RO_NUL_";
/// Twelve coordinates of 48 bytes.
const TARGET_BYTES: usize = 576;
