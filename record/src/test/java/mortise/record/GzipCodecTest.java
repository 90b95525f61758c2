package mortise.record;

/** The built-in gzip codec keeps every codec's promises. */
final class GzipCodecTest implements CodecContract {
    @Override
    public Codec codec() {
        return new GzipCodec();
    }
}
