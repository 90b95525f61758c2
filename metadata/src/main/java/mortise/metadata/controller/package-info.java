/** The controller: decides every change of the cluster, as a pure state machine. */
package mortise.metadata.controller;
