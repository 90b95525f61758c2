package mortise.coordinator.group;

import java.util.UUID;
import java.util.random.RandomGenerator;

/** IDs that nobody else has. */
final class MemberIds {
    private static final long VERSION_4 = 0x4000L;
    private static final long VERSION_BITS = 0xF000L;
    private static final long VARIANT_2 = 0x8000_0000_0000_0000L;
    private static final long VARIANT_REST = 0x3FFF_FFFF_FFFF_FFFFL;

    private MemberIds() {}

    /** A random UUID (RFC 9562, version 4) as text. */
    static String next(RandomGenerator random) {
        return new UUID(
                        (random.nextLong() & ~VERSION_BITS) | VERSION_4,
                        (random.nextLong() & VARIANT_REST) | VARIANT_2)
                .toString();
    }
}
