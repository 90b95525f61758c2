/**
 * The Kafka wire protocol without its messages: readers and writers of its primitives, sizes,
 * frames and headers. The messages themselves are generated into {@link mortise.wire.message}.
 *
 * <p>Reading never copies bytes: {@code bytes} and {@code records} fields are slices of the frame.
 * Writing is two passes over a message, {@link mortise.wire.ApiMessage#measure measure} and {@link
 * mortise.wire.ApiMessage#write write}, so that a frame is written into one buffer of its size.
 */
package mortise.wire;
