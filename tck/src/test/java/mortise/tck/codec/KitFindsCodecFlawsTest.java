package mortise.tck.codec;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.FilterInputStream;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;
import mortise.record.Codec;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

/** A kit that cannot fail proves nothing: codecs with a flaw are found out. */
@SuppressWarnings("JUnitMethodInvoked") // the tests of the kit are what is tested
class KitFindsCodecFlawsTest {
    private static final int SEEDS = 300;

    private static CodecContract kit(Codec codec) {
        return () -> codec;
    }

    private static void found(ThrowingCallable test, String told) {
        assertThatThrownBy(test).isInstanceOf(AssertionError.class).hasMessageContaining(told);
    }

    @Test
    void aSoundOnePasses() throws Exception {
        CodecContract kit = kit(new SampleCodec());
        kit.itsNumberAndNameAreThoseOfTheProtocol();
        kit.itNeverEndsTheProcess();
        kit.whatIsWrittenIsRead(new Random(1));
        kit.singleBytesAreWrittenAndRead();
        kit.itReadsFromWhateverBuffer();
        kit.closingFinishesTheDataAndClosesTheSink();
        kit.aLevelThatDoesNotExistIsRefusedByName();
        kit.dataThatIsCutIsNeverTakenForTheWhole();
        for (long seed = 0; seed < SEEDS; seed++) {
            kit.hostileDataIsRefusedOrBounded(new Random(seed));
        }
        kit.aBombTakesNoMoreThanIsAskedFor();
        kit.streamsKnowNothingOfEachOther();
        kit.manyThreadsMayUseIt();
        kit.itOnlyComputes();
    }

    @Test
    void anotherNameThanTheProtocolsIsFound() {
        Codec misnamed =
                new SampleCodec() {
                    @Override
                    public String name() {
                        return "zip";
                    }
                };
        found(kit(misnamed)::itsNumberAndNameAreThoseOfTheProtocol, "gives to number 1");
    }

    @Test
    void aNumberThatTheProtocolDoesNotHaveIsFound() {
        Codec stray =
                new SampleCodec() {
                    @Override
                    public byte id() {
                        return 6;
                    }
                };
        found(kit(stray)::itsNumberAndNameAreThoseOfTheProtocol, "has number 6 of");
    }

    @Test
    void oneThatNobodyDeclaredIsFound() {
        found(kit(new SampleCodec())::itIsFoundAsAService, "META-INF/services");
    }

    @Test
    void bytesThatGetLostAreFound() {
        Codec losing =
                new SampleCodec() {
                    @Override
                    public OutputStream compressing(OutputStream sink, int level)
                            throws IOException {
                        OutputStream whole = super.compressing(sink, level);
                        return new FilterOutputStream(whole) {
                            @Override
                            public void write(byte[] source, int offset, int length)
                                    throws IOException {
                                whole.write(source, offset, Math.min(length, 8_192));
                            }
                        };
                    }
                };
        found(
                () -> {
                    for (long seed = 0; seed < 10; seed++) {
                        kit(losing).whatIsWrittenIsRead(new Random(seed));
                    }
                },
                "written and read in pieces of");
    }

    @Test
    @SuppressWarnings("InputStreamSlowMultibyteRead") // single bytes are what is read
    void anEndThatIsNotSaidIsFound() {
        Codec endless =
                new SampleCodec() {
                    @Override
                    public InputStream decompressing(ByteBuffer compressed, long maxBytes)
                            throws IOException {
                        return new FilterInputStream(super.decompressing(compressed, maxBytes)) {
                            @Override
                            public int read() throws IOException {
                                return Math.max(super.read(), 0);
                            }
                        };
                    }
                };
        found(kit(endless)::singleBytesAreWrittenAndRead, "at the end of data");
    }

    @Test
    @SuppressWarnings("ByteBufferBackingArray") // the flaw
    void oneThatTakesEveryBufferForAWholeArrayIsFound() {
        Codec careless =
                new SampleCodec() {
                    @Override
                    public InputStream decompressing(ByteBuffer compressed, long maxBytes)
                            throws IOException {
                        return super.decompressing(ByteBuffer.wrap(compressed.array()), maxBytes);
                    }
                };
        found(kit(careless)::itReadsFromWhateverBuffer, "cannot open");
    }

    @Test
    void oneThatOverwritesWhatItIsLentIsFound() {
        Codec scribbling =
                new SampleCodec() {
                    @Override
                    public InputStream decompressing(ByteBuffer compressed, long maxBytes)
                            throws IOException {
                        byte[] copy = new byte[compressed.remaining()];
                        compressed.duplicate().get(copy);
                        if (!compressed.isReadOnly()) {
                            compressed.put(new byte[compressed.remaining()]);
                        }
                        return super.decompressing(ByteBuffer.wrap(copy), maxBytes);
                    }
                };
        found(kit(scribbling)::itReadsFromWhateverBuffer, "codec 'gzip'");
    }

    @Test
    void aSinkThatStaysOpenIsFound() {
        Codec forgetful =
                new SampleCodec() {
                    @Override
                    public OutputStream compressing(OutputStream sink, int level)
                            throws IOException {
                        return super.compressing(
                                new FilterOutputStream(sink) {
                                    @Override
                                    public void close() throws IOException {
                                        flush();
                                    }
                                },
                                level);
                    }
                };
        found(kit(forgetful)::closingFinishesTheDataAndClosesTheSink, "closes its sink");
    }

    @Test
    void aLevelThatIsTakenThoughThereIsNoneIsFound() {
        Codec generous =
                new SampleCodec() {
                    @Override
                    public OutputStream compressing(OutputStream sink, int level)
                            throws IOException {
                        return super.compressing(sink, levels().standard());
                    }
                };
        found(kit(generous)::aLevelThatDoesNotExistIsRefusedByName, "is asked for level 1");
    }

    @Test
    void dataThatIsFilledUpIsFound() {
        Codec filling =
                new SampleCodec() {
                    @Override
                    public InputStream decompressing(ByteBuffer compressed, long maxBytes)
                            throws IOException {
                        ByteArrayOutputStream all = new ByteArrayOutputStream();
                        try (InputStream stream = super.decompressing(compressed, maxBytes)) {
                            stream.transferTo(all);
                        } catch (EOFException cut) {
                            return new ByteArrayInputStream(
                                    Arrays.copyOf(all.toByteArray(), 100_000));
                        }
                        return new ByteArrayInputStream(all.toByteArray());
                    }
                };
        found(kit(filling)::dataThatIsCutIsNeverTakenForTheWhole, "opens the first");
    }

    @Test
    void damageThatIsNoIOExceptionIsFound() {
        Codec unchecked =
                new SampleCodec() {
                    @Override
                    public InputStream decompressing(ByteBuffer compressed, long maxBytes) {
                        try {
                            return super.decompressing(compressed, maxBytes);
                        } catch (IOException damaged) {
                            throw new UncheckedIOException(damaged);
                        }
                    }
                };
        found(kit(unchecked)::dataThatIsCutIsNeverTakenForTheWhole, "is an IOException");
        found(
                () -> {
                    for (long seed = 0; seed < SEEDS; seed++) {
                        kit(unchecked).hostileDataIsRefusedOrBounded(new Random(seed));
                    }
                },
                "is an IOException");
    }

    @Test
    void aClaimThatIsBelievedIsFound() {
        Codec credulous =
                new SampleCodec() {
                    @Override
                    public InputStream decompressing(ByteBuffer compressed, long maxBytes)
                            throws IOException {
                        // the third byte and the two after it, as if they were a length
                        int claimed =
                                compressed.remaining() < 5
                                        ? 0
                                        : (compressed.get(compressed.position() + 2) & 0xff) << 20;
                        byte[] window = new byte[claimed];
                        return window.length < 0
                                ? InputStream.nullInputStream()
                                : super.decompressing(compressed, maxBytes);
                    }
                };
        found(
                () -> {
                    for (long seed = 0; seed < SEEDS; seed++) {
                        kit(credulous).hostileDataIsRefusedOrBounded(new Random(seed));
                    }
                },
                "being allowed to come out");
    }

    @Test
    void oneThatOpensEverythingAtOnceIsFound() {
        Codec greedy =
                new SampleCodec() {
                    @Override
                    public InputStream decompressing(ByteBuffer compressed, long maxBytes)
                            throws IOException {
                        return new ByteArrayInputStream(
                                super.decompressing(compressed, maxBytes).readAllBytes());
                    }
                };
        found(kit(greedy)::aBombTakesNoMoreThanIsAskedFor, "to open");
    }

    @Test
    void streamsThatShareABufferAreFound() {
        Codec sharing =
                new SampleCodec() {
                    private ByteBuffer last = ByteBuffer.allocate(0);

                    @Override
                    public InputStream decompressing(ByteBuffer compressed, long maxBytes)
                            throws IOException {
                        last = last.hasRemaining() ? last : compressed;
                        return super.decompressing(last, maxBytes);
                    }
                };
        assertThatThrownBy(kit(sharing)::streamsKnowNothingOfEachOther)
                .isInstanceOfAny(AssertionError.class, IOException.class);
    }

    @Test
    void oneThatReadsAFileIsFound() {
        Codec reading =
                new SampleCodec() {
                    @Override
                    public InputStream decompressing(ByteBuffer compressed, long maxBytes)
                            throws IOException {
                        return Files.exists(Path.of("/dictionary"))
                                ? InputStream.nullInputStream()
                                : super.decompressing(compressed, maxBytes);
                    }
                };
        found(kit(reading)::itOnlyComputes, "calls java.nio.file.Files.exists");
    }
}
