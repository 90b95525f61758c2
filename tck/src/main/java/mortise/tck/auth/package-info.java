/** The conformance kit of authorisers. */
package mortise.tck.auth;
