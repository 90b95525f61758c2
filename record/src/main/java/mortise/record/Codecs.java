package mortise.record;

import java.util.Arrays;
import java.util.List;
import java.util.ServiceLoader;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The codecs at hand: the built-in gzip and whatever plugins bring. Immutable. */
public final class Codecs {
    private static final int ID_COUNT = RecordBatch.CODEC_MASK + 1;

    private final @Nullable Codec[] byId;

    private Codecs(@Nullable Codec[] byId) {
        this.byId = byId;
    }

    /** gzip and the codecs given. */
    public static Codecs of(Codec... codecs) {
        return load(Arrays.asList(codecs));
    }

    /**
     * gzip and the codecs found, such as those of a {@link ServiceLoader}. A codec that is found
     * for gzip takes the built-in one's place.
     *
     * @throws IllegalArgumentException if two share a number or one has a number that does not
     *     exist
     */
    public static Codecs load(Iterable<? extends Codec> found) {
        @Nullable Codec[] byId = new Codec[ID_COUNT];
        for (Codec codec : found) {
            place(codec, byId);
        }
        if (byId[CompressionType.GZIP.id()] == null) {
            place(new GzipCodec(), byId);
        }
        return new Codecs(byId);
    }

    /** gzip and every codec that this module's layer provides. */
    public static Codecs installed() {
        return load(ServiceLoader.load(Codec.class, Codecs.class.getClassLoader()));
    }

    private static void place(Codec codec, @Nullable Codec[] byId) {
        int id = codec.id();
        if (id <= 0 || id >= ID_COUNT) {
            throw new IllegalArgumentException(
                    "loading codec "
                            + codec.name()
                            + ": its number is "
                            + id
                            + ", a batch has room for 1 to "
                            + (ID_COUNT - 1));
        }
        Codec other = byId[id];
        if (other != null) {
            throw new IllegalArgumentException(
                    "loading codec "
                            + codec.name()
                            + " ("
                            + codec.getClass().getName()
                            + "): "
                            + other.name()
                            + " ("
                            + other.getClass().getName()
                            + ") already has number "
                            + id
                            + "; remove one of the two");
        }
        byId[id] = codec;
    }

    /** The codec of this number; null if it is not at hand. */
    public @Nullable Codec find(int id) {
        return id >= 0 && id < ID_COUNT ? byId[id] : null;
    }

    /** The codec of this name; null if it is not at hand. */
    public @Nullable Codec find(String name) {
        return codecs().filter(codec -> codec.name().equals(name)).findFirst().orElse(null);
    }

    /**
     * The codec of this number.
     *
     * @throws UnsupportedCodecException if it is not at hand, naming it and the plugin that has it
     */
    public Codec require(int id) {
        Codec codec = find(id);
        if (codec == null) {
            throw new UnsupportedCodecException(explain(id));
        }
        return codec;
    }

    /** The names of the codecs at hand, in the order of their numbers. */
    public List<String> names() {
        return codecs().map(Codec::name).toList();
    }

    private String explain(int id) {
        CompressionType type = CompressionType.find(id);
        String opening = "opening a record batch compressed with " + CompressionType.describe(id);
        String atHand = codecs().map(Codec::name).collect(Collectors.joining(", "));
        return type == null
                ? opening
                        + ": the Kafka protocol defines codecs 0 to 4 (none, gzip, snappy, lz4, zstd)"
                : opening
                        + ": no codec of that name is installed, there are "
                        + atHand
                        + "; install the plugin mortise-codec-"
                        + type.label();
    }

    private Stream<Codec> codecs() {
        return Arrays.stream(byId)
                .mapMulti((codec, sink) -> {
                    if (codec != null) {
                        sink.accept(codec);
                    }
                });
    }
}
