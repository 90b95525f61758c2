package mortise.broker.cluster.api;

/**
 * What a configuration request names.
 *
 * @param type the protocol's code of its type, perhaps one that is not known
 */
record ConfigResourceName(byte type, String name) {}
