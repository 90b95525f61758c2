package mortise.api;

import java.nio.ByteBuffer;
import java.util.Base64;
import java.util.UUID;
import java.util.random.RandomGenerator;

/**
 * The identity of a topic across deletion and re-creation under one name (KIP-516).
 *
 * <p>Its text form is the 16 bytes in URL-safe Base64 without padding, 22 characters.
 */
public record TopicId(UUID value) implements Comparable<TopicId> {
    /** "No topic": what the wire sends where an ID is unknown. */
    public static final TopicId NONE = new TopicId(new UUID(0, 0));

    /** A fresh ID that is not reserved and whose text does not begin with a dash. */
    public static TopicId random(RandomGenerator random) {
        while (true) {
            // version 4, IETF variant
            long high = (random.nextLong() & ~0xF000L) | 0x4000L;
            long low = (random.nextLong() & 0x3FFF_FFFF_FFFF_FFFFL) | 0x8000_0000_0000_0000L;
            TopicId id = new TopicId(new UUID(high, low));
            if (!id.toString().startsWith("-")) {
                return id;
            }
        }
    }

    /**
     * Reads the text form.
     *
     * @throws IllegalArgumentException if the text is not 16 bytes in URL-safe Base64
     */
    public static TopicId parse(String text) {
        byte[] bytes = Base64.getUrlDecoder().decode(text);
        if (bytes.length != 16) {
            throw new IllegalArgumentException(
                    "topic ID '" + text + "' decodes to " + bytes.length + " bytes; 16 are wanted");
        }
        ByteBuffer buffer = ByteBuffer.wrap(bytes);
        return new TopicId(new UUID(buffer.getLong(), buffer.getLong()));
    }

    @Override
    public int compareTo(TopicId other) {
        return value.compareTo(other.value);
    }

    @Override
    public String toString() {
        ByteBuffer buffer = ByteBuffer.allocate(16);
        buffer.putLong(value.getMostSignificantBits()).putLong(value.getLeastSignificantBits());
        return Base64.getUrlEncoder().withoutPadding().encodeToString(buffer.array());
    }
}
