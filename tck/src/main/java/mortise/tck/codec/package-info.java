/**
 * The conformance kit of codecs. It needs neither Kafka nor a broker; that the bytes are those of
 * the format that the protocol names is for a plugin's own tests to show.
 */
package mortise.tck.codec;
