/**
 * A broker with everything that it is usually assembled from, for programs: whoever requires this
 * has {@code BrokerBuilder}, and the plugins are found.
 */
module mortise.embedded {
    requires transitive mortise.broker;
}
