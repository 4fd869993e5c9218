// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

/// Checks Seals of one Paralane network on any chain, by ecrecover: that Buddies of more than 2/3 of the weight signed a Hyper Block.
/// Whoever deploys it vouches for the set: each address is bound to a Buddy by `binding` of hyper_getValidators. The set is fixed, as is its hash in
/// what is signed, so after a change of the Buddies another one is deployed; Seals of the set before remain what they are.
contract HyperSealVerifier {
    struct Member {
        address account;
        uint256 weight;
    }

    /// Of the smaller half of the curve's order: s above it would give every signature a second form.
    uint256 private constant HALF_ORDER = 0x7fffffffffffffffffffffffffffffff5d576e7357a4501ddfe92f46681b20a0;
    bytes32 private constant DOMAIN_TYPE = keccak256("EIP712Domain(string name,string version,bytes32 salt)");
    bytes32 private constant SEAL_TYPE = keccak256("HyperSeal(uint256 number,bytes32 hash,bytes32 setHash)");

    bytes32 public immutable domainSeparator;
    bytes32 public immutable setHash;
    uint256 public immutable totalWeight;
    mapping(address => uint256) public weightOf;

    /// An address that came twice would count twice.
    error MembersNotAscending();
    error WithoutWeight();

    /// `members` by rising address.
    constructor(bytes32 genesisHash, bytes32 setHash_, Member[] memory members) {
        uint256 total;
        address last;
        for (uint256 i = 0; i < members.length; i++) {
            Member memory member = members[i];
            if (member.account <= last) revert MembersNotAscending();
            if (member.weight == 0) revert WithoutWeight();
            last = member.account;
            weightOf[member.account] = member.weight;
            total += member.weight;
        }
        if (total == 0) revert WithoutWeight();
        totalWeight = total;
        setHash = setHash_;
        domainSeparator = keccak256(abi.encode(DOMAIN_TYPE, keccak256("Paralane"), keccak256("1"), genesisHash));
    }

    /// Whether the network sealed the Hyper Block. `signatures`: r, s, v in 65 bytes each, by rising address of the signers, as hyper_getOnchainSeal
    /// answers them. A stranger's counts nothing; what is no signature, or comes twice, makes it false.
    function isSealed(uint256 number, bytes32 hash, bytes[] calldata signatures) external view returns (bool) {
        bytes32 digest = digestOf(number, hash);
        uint256 weight;
        address last;
        for (uint256 i = 0; i < signatures.length; i++) {
            address signer = _signerOf(digest, signatures[i]);
            // Not twice, and not what recovers to nobody.
            if (signer <= last) return false;
            last = signer;
            weight += weightOf[signer];
        }
        return weight * 3 > totalWeight * 2;
    }

    /// What a Buddy signs (EIP-712).
    function digestOf(uint256 number, bytes32 hash) public view returns (bytes32) {
        return keccak256(abi.encodePacked("\x19\x01", domainSeparator, keccak256(abi.encode(SEAL_TYPE, number, hash, setHash))));
    }

    function _signerOf(bytes32 digest, bytes calldata signature) private pure returns (address) {
        if (signature.length != 65) return address(0);
        bytes32 s = bytes32(signature[32:64]);
        if (uint256(s) > HALF_ORDER) return address(0);
        return ecrecover(digest, uint8(signature[64]), bytes32(signature[0:32]), s);
    }
}
