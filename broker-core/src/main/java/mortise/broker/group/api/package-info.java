/** The handlers of the group APIs: who may ask, which coordinator answers, and what for. */
package mortise.broker.group.api;
